package org.streamlitgateway.it.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.EveryDeployment;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** Content of the log at each level, and secrets that it must not contain. */
@EveryDeployment
@NeedsGateway
class LogIT {
    @Parameter
    private Deployment deployment;

    /** Makes one request and opens one socket, with a secret in every place that can hold one. */
    private static void useWithSecrets(GatewayFixture fixture) throws IOException {
        fixture.upstream()
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
        try (RawHttp client = fixture.http()) {
            assertEquals("told", client.get(fixture.target("/story"), secrets).text());
        }
        try (RawWebSocket socket = RawWebSocket.open(
                fixture.uri(),
                fixture.target("/_stcore/stream?story"),
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
    void debugLogsEachRequestAndSocketWithoutSecrets() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment, "log-level", "DEBUG")) {
            useWithSecrets(fixture);
            Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> fixture.gateway()
                    .log()
                    .contains("with 4321"));
            String log = fixture.gateway().log();

            assertAll(Stream.of(
                            "/story",
                            "200",
                            "/_stcore/stream",
                            "127.0.0.1:" + fixture.upstream().port())
                    .map(word -> () -> assertTrue(log.contains(word), word + " is not in: " + log)));
            assertFalse(log.contains("secret-"), log);
        }
    }

    @Test
    void healthyTrafficLogsNothingAtInfo() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment)) {
            useWithSecrets(fixture);

            assertFalse(fixture.gateway().log().contains("/story"), fixture.gateway()::log);
            assertFalse(fixture.gateway().log().contains("secret-"), fixture.gateway()::log);
        }
    }

    @Test
    void failureIsOneLineWithAddressAndCause() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment)) {
            fixture.upstream().stop();
            try (RawHttp client = fixture.http()) {
                assertEquals(502, client.get(fixture.target("/refused-here")).status());
            }
            String address = "127.0.0.1:" + fixture.upstream().port();
            Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> lines(fixture, "/refused-here") == 1);
            assertTrue(fixture.gateway()
                    .log()
                    .lines()
                    .anyMatch(line -> line.contains("/refused-here") && line.contains(address)));
            assertEquals(0, lines(fixture, "\tat "), "a stack trace for an expected failure");
        }
    }

    @Test
    void outageOfTheOnlyUpstreamIsLoggedOnceWithItsEnd() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment);
                RawHttp client = fixture.http()) {
            String replica = "replica 127.0.0.1:" + fixture.upstream().port();
            fixture.upstream().stop();
            for (int i = 0; i < 20; i++) {
                assertEquals(502, client.get(fixture.target("/")).status());
            }
            fixture.upstream().restart();
            for (int i = 0; i < 3; i++) {
                assertEquals(200, client.get(fixture.target("/")).status());
            }

            Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> lines(fixture, replica + " is up") == 1);
            assertEquals(1, lines(fixture, replica + " is down: it refused a connection"));
            assertEquals(1, lines(fixture, " ended with 502 "));
            assertEquals(1, lines(fixture, replica + " answers again, after 20 failed requests"));
        }
    }

    private static long lines(GatewayFixture fixture, String text) {
        return fixture.gateway()
                .log()
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }
}
