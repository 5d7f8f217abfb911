package org.streamlitgateway.it.protocol;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** What is tested is the gateway's own doing, so that there is nothing to see without one. */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(named = "doors", matches = "direct", disabledReason = "no gateway stands between")
@interface NeedsGateway {}
