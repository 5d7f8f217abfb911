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
    void garbageIsCollectedFromTimeToTimeUnlessSomebodyHasSaidOtherwise() {
        assertEquals(VMOption.Origin.DEFAULT, option().getOrigin(), "of this test's own JVM");
        IdleHeap.giveBack();
        assertEquals("60000", option().getValue());

        jvm.setVMOption(IdleHeap.INTERVAL, "5000");
        assertNotEquals(VMOption.Origin.DEFAULT, option().getOrigin());
        IdleHeap.giveBack();
        assertEquals("5000", option().getValue());
    }

    private VMOption option() {
        return jvm.getVMOption(IdleHeap.INTERVAL);
    }
}
