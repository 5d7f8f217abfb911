package org.streamlitgateway.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BridgeKindTest {
    @Test
    void aTargetOfAnyLengthIsLookedAtWithoutRecursion() {
        assertTrue(BridgeKind.isUri("/_stcore/stream?" + "a%41".repeat(100_000)));
        assertFalse(BridgeKind.isUri("/_stcore/stream?" + "a%41".repeat(100_000) + "%4"));
    }
}
