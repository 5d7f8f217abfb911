package org.streamlitgateway.outcome;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class RateLimitedLogTest {
    private final RateLimitedLog rare = new RateLimitedLog();

    @Test
    void eachKindIsDueOnceAMinute() {
        assertTrue(rare.isDue("a"));
        assertFalse(rare.isDue("a"));
        assertEquals(Level.WARN, rare.level(Level.WARN, "b"));
        assertEquals(Level.DEBUG, rare.level(Level.WARN, "b"));
    }

    @Test
    void kindsThatAClientMakesUpHaveABound() {
        assertEquals(
                64,
                IntStream.range(0, 10_000)
                        .filter(kind -> rare.isDue("kind " + kind))
                        .count());
    }
}
