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
    private final HandshakeLimiter limiter = new HandshakeLimiter(() -> new HostPort("localhost", 8501));
    private final List<Integer> sent = new ArrayList<>();

    @Test
    void handshakesAreLimitedAndRunInOrder() {
        IntStream.range(0, 100).forEach(i -> assertTrue(limiter.enter(() -> sent.add(i))));
        assertEquals(16, sent.size());
        for (int answers = 0; answers < 100; answers++) {
            assertTrue(sent.size() <= answers + 16);
            limiter.answered();
        }
        assertEquals(IntStream.range(0, 100).boxed().toList(), sent);
    }

    @Test
    void withdrawnHandshakeIsNotRun() {
        List<Runnable> handshakes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            handshakes.add(() -> sent.add(number));
            limiter.enter(handshakes.get(i));
        }
        limiter.withdraw(handshakes.get(16));
        limiter.withdraw(handshakes.get(3));
        limiter.answered();

        assertEquals(17, sent.get(16));
    }

    @Test
    void failingHandshakesLetAllQueuedOnesRun() {
        Runnable failing = () -> {
            sent.add(0);
            limiter.answered();
        };
        for (int i = 0; i < 16; i++) {
            limiter.enter(() -> sent.add(1));
        }
        for (int i = 0; i < 4096; i++) {
            assertTrue(limiter.enter(failing));
        }
        assertFalse(limiter.enter(failing), "the queue is full");
        limiter.answered();

        assertEquals(16 + 4096, sent.size());
    }
}
