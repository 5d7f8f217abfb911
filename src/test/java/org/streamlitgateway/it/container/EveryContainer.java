package org.streamlitgateway.it.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the class once for each {@link ContainerDeployment}, passed as its parameter. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@MethodSource("org.streamlitgateway.it.container.ContainerDeployment#all")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
@interface EveryContainer {}
