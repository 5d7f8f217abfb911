package org.streamlitgateway.websocket.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BridgeFactoryTest {
    @Test
    void longTargetIsMatchedWithoutRecursion() {
        assertTrue(BridgeFactory.isUri("/_stcore/stream?" + "a%41".repeat(100_000)));
        assertFalse(BridgeFactory.isUri("/_stcore/stream?" + "a%41".repeat(100_000) + "%4"));
    }
}
