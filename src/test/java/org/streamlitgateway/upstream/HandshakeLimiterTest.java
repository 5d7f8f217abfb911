package org.streamlitgateway.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.config.HostPort;

class HandshakeLimiterTest {
    private final HandshakeLimiter admission = new HandshakeLimiter(() -> new HostPort("localhost", 8501));
    private final List<Integer> sent = new ArrayList<>();

    @Test
    void aFewGoAtATimeAndTheOthersInTheirOrder() {
        IntStream.range(0, 100).forEach(i -> assertTrue(admission.enter(() -> sent.add(i))));
        assertEquals(16, sent.size());
        for (int answers = 0; answers < 100; answers++) {
            assertTrue(sent.size() <= answers + 16);
            admission.answered();
        }
        assertEquals(IntStream.range(0, 100).boxed().toList(), sent);
    }

    @Test
    void whoLeavesTakesNobodysTurn() {
        List<Runnable> turns = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            turns.add(() -> sent.add(number));
            admission.enter(turns.get(i));
        }
        admission.leave(turns.get(16));
        admission.leave(turns.get(3));
        admission.answered();

        assertEquals(17, sent.get(16));
    }

    @Test
    void failingAtOnceMakesRoomForAllThatWait() {
        Runnable failing = () -> {
            sent.add(0);
            admission.answered();
        };
        for (int i = 0; i < 16; i++) {
            admission.enter(() -> sent.add(1));
        }
        for (int i = 0; i < 4096; i++) {
            assertTrue(admission.enter(failing));
        }
        assertFalse(admission.enter(failing), "no more than may wait");
        admission.answered();

        assertEquals(16 + 4096, sent.size());
    }
}
