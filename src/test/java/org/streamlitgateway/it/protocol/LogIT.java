package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.Patience;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.Door;

/** What the log tells at each level, and what it never tells. */
@EveryDoor
@NeedsGateway
class LogIT {
    @Parameter
    private Door door;

    /** One request and one socket, with a secret in every place that can hold one. */
    private static void useWithSecrets(Rig rig) throws IOException {
        rig.upstream()
                .on(
                        "/story",
                        exchange -> exchange.reply(
                                "200 OK", "told", "Set-Cookie: _streamlit_user=secret-set-cookie; Path=/; HttpOnly"));
        String[] secrets = {
            "Cookie: _streamlit_xsrf=secret-xsrf; sso=secret-sso",
            "Authorization: Bearer secret-bearer",
            "X-Xsrftoken: secret-xsrf",
            "X-Api-Key: secret-key",
        };
        try (RawHttp client = rig.http()) {
            assertEquals("told", client.get(rig.target("/story"), secrets).text());
        }
        try (RawWebSocket socket = RawWebSocket.open(
                rig.uri(),
                rig.target("/_stcore/stream?story"),
                secrets[0],
                secrets[1],
                secrets[3],
                "Sec-WebSocket-Protocol: streamlit, 2|secret-xsrf|1|2, secret-session")) {
            socket.frames().send(Frame.text("secret-message"));
            socket.frames().nextMessage();
            socket.frames().sendClose(4321, "done");
            socket.frames().awaitClosing();
        }
    }

    @Test
    void debugTellsTheStoryOfEachRequestAndSocketAndNoSecret() throws IOException {
        try (Rig rig = Rig.start(door, "log-level", "DEBUG")) {
            useWithSecrets(rig);
            Patience.until(rig.gateway()::log, Patience.LIMIT, () -> rig.gateway()
                    .log()
                    .contains("with 4321"));
            String log = rig.gateway().log();

            assertAll(Stream.of(
                            "/story",
                            "200",
                            "/_stcore/stream",
                            "127.0.0.1:" + rig.upstream().port())
                    .map(word -> () -> assertTrue(log.contains(word), word + " is not in: " + log)));
            assertFalse(log.contains("secret-"), log);
        }
    }

    @Test
    void healthyTrafficIsNotWorthALineAtInfo() throws IOException {
        try (Rig rig = Rig.start(door)) {
            useWithSecrets(rig);

            assertFalse(rig.gateway().log().contains("/story"), rig.gateway()::log);
            assertFalse(rig.gateway().log().contains("secret-"), rig.gateway()::log);
        }
    }

    @Test
    void aFailureIsOneLineWithItsAddressAndCause() throws IOException {
        try (Rig rig = Rig.start(door)) {
            rig.upstream().goAway();
            try (RawHttp client = rig.http()) {
                assertEquals(502, client.get(rig.target("/refused-here")).status());
            }
            String address = "127.0.0.1:" + rig.upstream().port();
            Patience.until(rig.gateway()::log, Patience.LIMIT, () -> lines(rig, "/refused-here") == 1);
            assertTrue(rig.gateway()
                    .log()
                    .lines()
                    .anyMatch(line -> line.contains("/refused-here") && line.contains(address)));
            assertEquals(0, lines(rig, "\tat "), "a stack trace for what is nobody's bug");
        }
    }

    private static long lines(Rig rig, String text) {
        return rig.gateway().log().lines().filter(line -> line.contains(text)).count();
    }
}
