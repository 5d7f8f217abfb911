package org.streamlitgateway.websocket.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.streamlitgateway.websocket.peer.PeerLiveness.Finding.FINE;
import static org.streamlitgateway.websocket.peer.PeerLiveness.Finding.PING_DUE;
import static org.streamlitgateway.websocket.peer.PeerLiveness.Finding.SILENT;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.websocket.peer.PeerLiveness.Finding;

/** A ping after 20 s of silence, an answer within 20 s; times are in seconds, from a clock that is about to overflow. */
class PeerLivenessTest {
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Duration PONG = Duration.ofSeconds(20);

    private final PeerLiveness peer = new PeerLiveness(at(0));

    private static long at(int seconds) {
        return Long.MAX_VALUE
                - Duration.ofSeconds(30).toNanos()
                + Duration.ofSeconds(seconds).toNanos();
    }

    private Finding look(int seconds) {
        return peer.look(at(seconds), PING, PONG);
    }

    private void lookEachFiveSeconds(int from, int to, Finding expected) {
        for (int now = from; now <= to; now += 5) {
            assertEquals(expected, look(now), "after " + now + " s");
        }
    }

    @Test
    void aPeerThatSaysNothingIsSentAPingAndIsSilentWhenItAnswersNothing() {
        lookEachFiveSeconds(5, 20, FINE);
        assertEquals(PING_DUE, look(25));
        peer.pinged(at(25));
        lookEachFiveSeconds(30, 45, FINE);
        assertEquals(SILENT, look(50));
        assertEquals(Duration.ofSeconds(25).toNanos(), peer.waitedNanos());
        peer.heard(at(51));
        assertEquals(FINE, look(55));
    }

    @Test
    void aPingStaysDueUntilItIsSent() {
        lookEachFiveSeconds(5, 20, FINE);
        lookEachFiveSeconds(25, 40, PING_DUE);
        peer.pinged(at(42));
        lookEachFiveSeconds(45, 60, FINE);
        assertEquals(SILENT, look(65));
    }

    @Test
    void aPeerThatAnswersEachPingStays() {
        int pings = 0;
        for (int now = 5; now < 3600; now += 5) {
            if (look(now) == PING_DUE) {
                pings++;
                peer.pinged(at(now));
                peer.heard(at(now) + 1);
            }
        }
        assertEquals(3600 / 25 - 1, pings);
    }

    @Test
    void aPeerThatTalksIsSentNoPing() {
        for (int now = 5; now < 3600; now += 5) {
            peer.heard(at(now));
            assertEquals(FINE, look(now));
        }
    }

    @Test
    void aLookThatComesLateFindsAnAnsweredPingAnswered() {
        lookEachFiveSeconds(5, 20, FINE);
        assertEquals(PING_DUE, look(25));
        peer.pinged(at(25));
        peer.heard(at(26));
        assertEquals(PING_DUE, look(60), "it has been silent again since, and is asked again");
    }

    @Test
    void aPeerIsNotBlamedForTimeInWhichNobodyLooked() {
        lookEachFiveSeconds(5, 20, FINE);
        assertEquals(PING_DUE, look(25));
        peer.pinged(at(25));
        assertEquals(FINE, look(3600), "what it answered meanwhile may be yet to be read");
        assertEquals(FINE, look(3605));
        assertEquals(FINE, look(3610));
        assertEquals(SILENT, look(3615));
    }
}
