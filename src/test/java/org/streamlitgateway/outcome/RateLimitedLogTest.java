package org.streamlitgateway.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class RateLimitedLogTest {
    private final RateLimitedLog log = new RateLimitedLog();

    @Test
    void eachKindIsDueOnceAMinute() {
        assertTrue(log.tryAcquire("a"));
        assertFalse(log.tryAcquire("a"));
        assertEquals(Level.WARN, log.level(Level.WARN, "b"));
        assertEquals(Level.DEBUG, log.level(Level.WARN, "b"));
    }

    @Test
    void numberOfKindsIsLimited() {
        assertEquals(
                64,
                IntStream.range(0, 10_000)
                        .filter(kind -> log.tryAcquire("kind " + kind))
                        .count());
    }
}
