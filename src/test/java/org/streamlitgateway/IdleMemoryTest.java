package org.streamlitgateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class IdleMemoryTest {
    private final HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

    @Test
    void garbageIsCollectedFromTimeToTimeUnlessSomebodyHasSaidOtherwise() {
        assertEquals(VMOption.Origin.DEFAULT, option().getOrigin(), "of this test's own JVM");
        IdleMemory.giveBack();
        assertEquals("60000", option().getValue());

        jvm.setVMOption(IdleMemory.INTERVAL, "5000");
        assertNotEquals(VMOption.Origin.DEFAULT, option().getOrigin());
        IdleMemory.giveBack();
        assertEquals("5000", option().getValue());
    }

    private VMOption option() {
        return jvm.getVMOption(IdleMemory.INTERVAL);
    }
}
