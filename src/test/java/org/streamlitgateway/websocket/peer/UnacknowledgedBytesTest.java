package org.streamlitgateway.websocket.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class UnacknowledgedBytesTest {
    private final UnacknowledgedBytes unacknowledged = new UnacknowledgedBytes();

    @Test
    void pongAcknowledgesAllBytesBeforeItsPing() {
        unacknowledged.add(1000);
        byte[] first = unacknowledged.nextPingPayload();
        unacknowledged.add(500);
        byte[] second = unacknowledged.nextPingPayload();

        unacknowledged.pongReceived(first);
        assertEquals(500, unacknowledged.bytes());
        unacknowledged.pongReceived(second);
        unacknowledged.pongReceived(first);
        assertEquals(0, unacknowledged.bytes());
    }

    @Test
    void unrelatedPongIsIgnored() {
        unacknowledged.add(1000);
        unacknowledged.pongReceived(new byte[0]);
        unacknowledged.pongReceived(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        unacknowledged.pongReceived(new byte[] {-1, 2, 3, 4, 5, 6, 7, 8});

        assertEquals(1000, unacknowledged.bytes());
    }

    @Test
    void pingIsDueAfter256KiB() {
        unacknowledged.add(256 * 1024);
        assertFalse(unacknowledged.isPingDue());
        unacknowledged.add(1);
        assertTrue(unacknowledged.isPingDue());
        unacknowledged.nextPingPayload();
        assertFalse(unacknowledged.isPingDue());
    }
}
