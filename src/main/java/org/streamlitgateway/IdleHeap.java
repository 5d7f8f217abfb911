package org.streamlitgateway;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns free heap to the operating system after a burst of sessions, by enabling G1's periodic collection (JEP 346).
 * Otherwise the JVM collects garbage only when the heap is full, which may never happen while sessions are idle.
 */
final class IdleHeap {
    static final String INTERVAL = "G1PeriodicGCInterval";

    /** Interval between periodic collections; each takes some hundredths of a second. */
    static final long INTERVAL_MILLIS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(IdleHeap.class);

    private IdleHeap() {}

    /** Enables the periodic collection, unless the command line of {@code java} sets the interval. */
    static void enablePeriodicCollection() {
        try {
            HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (jvm.getVMOption(INTERVAL).getOrigin() == VMOption.Origin.DEFAULT) {
                jvm.setVMOption(INTERVAL, Long.toString(INTERVAL_MILLIS));
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("{} is not supported by this JVM", INTERVAL, e);
        }
    }
}
