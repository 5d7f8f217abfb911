package org.streamlitgateway;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What bursts of sessions leave in the heap goes back to the operating system: the JVM collects garbage only when the heap
 * is full, which among idle sessions may be never. G1 can do so from time to time while nothing else makes it (JEP 346).
 */
final class IdleHeap {
    static final String INTERVAL = "G1PeriodicGCInterval";

    /** Between two collections that only the time is a reason for; each costs some hundredths of a second. */
    static final long INTERVAL_MILLIS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(IdleHeap.class);

    private IdleHeap() {}

    /** From now on; unless the command line of {@code java} says something else, or the JVM knows nothing of this. */
    static void giveBack() {
        try {
            HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (jvm.getVMOption(INTERVAL).getOrigin() == VMOption.Origin.DEFAULT) {
                jvm.setVMOption(INTERVAL, Long.toString(INTERVAL_MILLIS));
            }
        } catch (RuntimeException | LinkageError otherJvm) {
            LOG.debug("idle memory stays with this JVM", otherJvm);
        }
    }
}
