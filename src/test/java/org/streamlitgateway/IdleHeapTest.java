package org.streamlitgateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class IdleHeapTest {
    private final HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

    @Test
    void periodicCollectionIsEnabledUnlessConfigured() {
        assertEquals(VMOption.Origin.DEFAULT, option().getOrigin(), "this test runs in a JVM with its own setting");
        IdleHeap.enablePeriodicCollection();
        assertEquals("60000", option().getValue());

        jvm.setVMOption(IdleHeap.INTERVAL, "5000");
        assertNotEquals(VMOption.Origin.DEFAULT, option().getOrigin());
        IdleHeap.enablePeriodicCollection();
        assertEquals("5000", option().getValue());
    }

    private VMOption option() {
        return jvm.getVMOption(IdleHeap.INTERVAL);
    }
}
