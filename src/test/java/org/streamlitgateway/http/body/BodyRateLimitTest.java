package org.streamlitgateway.http.body;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyRateLimitTest {
    private static final long SECOND = 1_000_000_000L;

    private final BodyRateLimit rate = new BodyRateLimit();

    @Test
    void aBodyThatTricklesIsTooSlowAfterTheFirstTurn() {
        for (int second = 0; second < 20; second++) {
            rate.await(second * SECOND);
            assertFalse(rate.isBelow(500, second * SECOND));
            rate.came(1, (second + 1) * SECOND);
        }
        assertTrue(rate.isBelow(500, 20 * SECOND));
    }

    @Test
    void aSlowButSteadyOneIsNot() {
        for (int second = 0; second < 100; second++) {
            rate.await(second * SECOND);
            rate.came(600, (second + 1) * SECOND);
            assertFalse(rate.isBelow(500, (second + 1) * SECOND), "second " + second);
        }
    }

    @Test
    void whatCameFastDoesNotPayForWhatTricklesIn() {
        rate.await(0);
        rate.came(100_000_000, 21 * SECOND);
        assertFalse(rate.isBelow(500, 21 * SECOND));

        rate.await(21 * SECOND);

        assertTrue(rate.isBelow(500, 42 * SECOND));
    }

    @Test
    void timeInWhichStreamlitTakesNothingDoesNotCount() {
        rate.await(0);
        rate.came(1, SECOND);

        assertFalse(rate.isBelow(500, 1000 * SECOND));
    }
}
