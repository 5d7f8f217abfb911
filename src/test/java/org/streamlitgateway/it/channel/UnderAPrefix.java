package org.streamlitgateway.it.channel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.it.browser.Mount;

/** Runs the class once for each door, with the app under a prefix, where more can go wrong than at the root. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@MethodSource("org.streamlitgateway.it.channel.UnderAPrefix$Mounts#prefixed")
@interface UnderAPrefix {
    /** The source of the mounts. */
    final class Mounts {
        private Mounts() {}

        static Stream<Mount> prefixed() {
            return Mount.all().filter(mount -> !mount.contextPath().equals("/") && !mount.isDirect());
        }
    }
}
