package org.streamlitgateway.http.body;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyRateLimitTest {
    private static final long SECOND = 1_000_000_000L;

    private final BodyRateLimit rate = new BodyRateLimit();

    @Test
    void tricklingBodyIsTooSlowAfterTheFirstWindow() {
        for (int second = 0; second < 20; second++) {
            rate.await(second * SECOND);
            assertFalse(rate.endWindow(500, second * SECOND));
            rate.received(1, (second + 1) * SECOND);
        }
        assertTrue(rate.endWindow(500, 20 * SECOND));
    }

    @Test
    void slowButSteadyBodyIsNotTooSlow() {
        for (int second = 0; second < 100; second++) {
            rate.await(second * SECOND);
            rate.received(600, (second + 1) * SECOND);
            assertFalse(rate.endWindow(500, (second + 1) * SECOND), "second " + second);
        }
    }

    @Test
    void fastStartDoesNotMakeUpForASlowRest() {
        rate.await(0);
        rate.received(100_000_000, 21 * SECOND);
        assertFalse(rate.endWindow(500, 21 * SECOND));

        rate.await(21 * SECOND);

        assertTrue(rate.endWindow(500, 42 * SECOND));
    }

    @Test
    void timeSpentWaitingForStreamlitDoesNotCount() {
        rate.await(0);
        rate.received(1, SECOND);

        assertFalse(rate.endWindow(500, 1000 * SECOND));
    }
}
