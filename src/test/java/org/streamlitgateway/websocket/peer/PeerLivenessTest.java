package org.streamlitgateway.websocket.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.streamlitgateway.websocket.peer.PeerLiveness.Result.FINE;
import static org.streamlitgateway.websocket.peer.PeerLiveness.Result.PING_DUE;
import static org.streamlitgateway.websocket.peer.PeerLiveness.Result.SILENT;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.websocket.peer.PeerLiveness.Result;

/** A ping interval and a pong timeout of 20 s each. Times are in seconds, from a clock that is about to overflow. */
class PeerLivenessTest {
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Duration PONG = Duration.ofSeconds(20);

    private final PeerLiveness peer = new PeerLiveness(at(0));

    private static long at(int seconds) {
        return Long.MAX_VALUE
                - Duration.ofSeconds(30).toNanos()
                + Duration.ofSeconds(seconds).toNanos();
    }

    private Result check(int seconds) {
        return peer.check(at(seconds), PING, PONG);
    }

    private void checkEveryFiveSeconds(int from, int to, Result expected) {
        for (int now = from; now <= to; now += 5) {
            assertEquals(expected, check(now), "after " + now + " s");
        }
    }

    @Test
    void peerWithoutDataGetsAPingAndIsSilentWithoutAnAnswer() {
        checkEveryFiveSeconds(5, 20, FINE);
        assertEquals(PING_DUE, check(25));
        peer.pinged(at(25));
        checkEveryFiveSeconds(30, 45, FINE);
        assertEquals(SILENT, check(50));
        assertEquals(Duration.ofSeconds(25).toNanos(), peer.waitedNanos());
        peer.heard(at(51));
        assertEquals(FINE, check(55));
    }

    @Test
    void pingStaysDueUntilItIsSent() {
        checkEveryFiveSeconds(5, 20, FINE);
        checkEveryFiveSeconds(25, 40, PING_DUE);
        peer.pinged(at(42));
        checkEveryFiveSeconds(45, 60, FINE);
        assertEquals(SILENT, check(65));
    }

    @Test
    void peerThatAnswersEachPingIsNeverSilent() {
        int pings = 0;
        for (int now = 5; now < 3600; now += 5) {
            if (check(now) == PING_DUE) {
                pings++;
                peer.pinged(at(now));
                peer.heard(at(now) + 1);
            }
        }
        assertEquals(3600 / 25 - 1, pings);
    }

    @Test
    void peerThatSendsDataGetsNoPing() {
        for (int now = 5; now < 3600; now += 5) {
            peer.heard(at(now));
            assertEquals(FINE, check(now));
        }
    }

    @Test
    void lateCheckSeesThatAPingWasAnswered() {
        checkEveryFiveSeconds(5, 20, FINE);
        assertEquals(PING_DUE, check(25));
        peer.pinged(at(25));
        peer.heard(at(26));
        assertEquals(PING_DUE, check(60), "it has been silent since, so another ping is due");
    }

    @Test
    void timeWithoutChecksDoesNotCountAgainstThePeer() {
        checkEveryFiveSeconds(5, 20, FINE);
        assertEquals(PING_DUE, check(25));
        peer.pinged(at(25));
        assertEquals(FINE, check(3600), "its answer may still be unread");
        assertEquals(FINE, check(3605));
        assertEquals(FINE, check(3610));
        assertEquals(SILENT, check(3615));
    }
}
