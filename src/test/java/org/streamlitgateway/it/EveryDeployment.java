package org.streamlitgateway.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the class once per {@link org.streamlitgateway.it.Deployment}; its tests share one gateway. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ParameterizedClass(name = "{0}")
@MethodSource("org.streamlitgateway.it.Deployment#all")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
@ExtendWith(FailureLocation.class)
public @interface EveryDeployment {}
