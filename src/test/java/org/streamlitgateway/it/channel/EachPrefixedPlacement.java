package org.streamlitgateway.it.channel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.it.browser.Placement;

/** Runs the class once for each deployment, with the app below a prefix, which exercises more code than the root. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@MethodSource("org.streamlitgateway.it.channel.EachPrefixedPlacement$Placements#prefixed")
@interface EachPrefixedPlacement {
    /** Source of the placements. */
    final class Placements {
        private Placements() {}

        static Stream<Placement> prefixed() {
            return Placement.all().filter(placement -> !placement.contextPath().equals("/") && !placement.isDirect());
        }
    }
}
