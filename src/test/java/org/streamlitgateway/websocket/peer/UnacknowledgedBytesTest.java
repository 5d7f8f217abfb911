package org.streamlitgateway.websocket.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class UnacknowledgedBytesTest {
    private final UnacknowledgedBytes underWay = new UnacknowledgedBytes();

    @Test
    void aPongSaysThatAllBeforeItsPingWasTaken() {
        underWay.add(1000);
        byte[] first = underWay.mark();
        underWay.add(500);
        byte[] second = underWay.mark();

        underWay.taken(first);
        assertEquals(500, underWay.bytes());
        underWay.taken(second);
        underWay.taken(first);
        assertEquals(0, underWay.bytes());
    }

    @Test
    void otherPongsSayNothing() {
        underWay.add(1000);
        underWay.taken(new byte[0]);
        underWay.taken(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        underWay.taken(new byte[] {-1, 2, 3, 4, 5, 6, 7, 8});

        assertEquals(1000, underWay.bytes());
    }

    @Test
    void aPingIsDueWhenMuchHasBeenSent() {
        underWay.add(256 * 1024);
        assertFalse(underWay.isMarkDue());
        underWay.add(1);
        assertTrue(underWay.isMarkDue());
        underWay.mark();
        assertFalse(underWay.isMarkDue());
    }
}
