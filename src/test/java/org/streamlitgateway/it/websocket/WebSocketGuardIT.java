package org.streamlitgateway.it.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Handshakes that the gateway answers before it contacts Streamlit. */
@NeedsGateway
class WebSocketGuardIT extends OnEveryDeployment {
    private static final String UPGRADE = "Upgrade: websocket";
    private static final String CONNECTION = "Connection: Upgrade";
    private static final String VERSION = "Sec-WebSocket-Version: 13";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    protected String[] options() {
        return new String[] {"allowed-origins", "https://portal.example,http://other.example:8080"};
    }

    private RawResponse refused(String test, String... fieldLines) throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.dialExactly(fixture.uri(), fixture.target(GatewayFixture.streamOf(test)), fieldLines)) {
            return socket.refusal();
        }
    }

    private void assertNotDialled(String test) {
        fixture.upstream().requests(GatewayFixture.streamOf(test)).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "https://portal.example.evil.example",
                "http://portal.example",
                "https://portal.example:8443",
                "http://other.example",
                "null",
                "file://",
                "http://127.0.0.1:1",
                "not an origin",
            })
    void foreignOriginReturns403WithoutUpstreamRequest(String origin) throws IOException {
        // streamlit #16448, #16386: Streamlit has no strict list of origins, and its own check stalls every session.
        String test = "origin-" + Integer.toHexString(origin.hashCode());

        assertEquals(
                403,
                refused(test, UPGRADE, CONNECTION, VERSION, KEY, PROTOCOL, "Origin: " + origin)
                        .status());
        assertNotDialled(test);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/chat/socket", "/_stcore/stream/", "/component/x/y"})
    void pathVariantsCannotBypassOriginCheck(String target) throws IOException {
        try (RawWebSocket socket =
                RawWebSocket.dial(fixture.uri(), fixture.target(target), "Origin: http://evil.example")) {
            assertEquals(403, socket.refusal().status());
        }
        fixture.upstream().requests(target).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://portal.example", "http://other.example:8080", "HTTPS://Portal.Example"})
    void allowedOriginIsAccepted(String origin) throws IOException {
        fixture.open("allowed", PROTOCOL, "Origin: " + origin).close();

        fixture.upstream().requests(GatewayFixture.streamOf("allowed")).take();
    }

    @Test
    void sameOriginAndMissingOriginAreAccepted() throws IOException {
        fixture.open("own", PROTOCOL, "Origin: http://" + fixture.uri().getAuthority())
                .close();
        fixture.open("none", PROTOCOL).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "12", "14", "0", "abc"})
    void unsupportedVersionReturns426WithSupportedVersion(String version) throws IOException {
        String test = "version-" + version;
        RawResponse refusal = refused(test, UPGRADE, CONNECTION, KEY, PROTOCOL, "Sec-WebSocket-Version: " + version);

        // RFC 6455 section 4.4
        assertTrue(refusal.status() == 426 || refusal.status() == 400, refusal::toString);
        if (refusal.status() == 426) {
            assertEquals("13", refusal.head().one("Sec-WebSocket-Version"));
        }
        assertNotDialled(test);
    }

    @Test
    void missingVersionIsRefused() throws IOException {
        int status = refused("no-version", UPGRADE, CONNECTION, KEY, PROTOCOL).status();

        assertTrue(status == 426 || status == 400, "status " + status);
        assertNotDialled("no-version");
    }

    @Test
    void missingKeyReturns400() throws IOException {
        assertEquals(
                400, refused("no-key", UPGRADE, CONNECTION, VERSION, PROTOCOL).status());
        assertNotDialled("no-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2hvcnQ=", "not base64 at all!!!", ""})
    void invalidKeyReturns400(String key) throws IOException {
        String test = "bad-key-" + key.length();

        assertEquals(
                400,
                refused(test, UPGRADE, CONNECTION, VERSION, PROTOCOL, "Sec-WebSocket-Key: " + key)
                        .status());
        assertNotDialled(test);
    }

    @Test
    void handshakeByOtherMethodIsRefused() throws IOException {
        try (var client = fixture.http()) {
            client.send(client.head(
                    "POST",
                    fixture.target(GatewayFixture.streamOf("post")),
                    UPGRADE,
                    CONNECTION,
                    VERSION,
                    KEY,
                    "Content-Length: 0"));
            int status = client.readResponse("POST").status();

            assertTrue(status >= 400 && status < 500, "status " + status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cookie", "X-Sso-Ticket", "Authorization"})
    void oversizedHeaderReturns431AndIsNamedInLog(String name) throws IOException {
        // streamlit #14960, #14290: Streamlit does not answer a request with a line of more than 8192 bytes at all.
        String value = "secret-" + name + "-" + "x".repeat(8300);

        RawResponse refusal =
                refused("large-" + name, UPGRADE, CONNECTION, VERSION, KEY, PROTOCOL, name + ": " + value);

        assertEquals(431, refusal.status());
        assertNotDialled("large-" + name);
        Eventually.until("the log names " + name, () -> logLines(name) > 0);
        assertFalse(fixture.gateway().log().contains("secret-" + name), "the log contains the value");
    }

    /** Counts log lines that mention the header. Tomcat 10.1 reports header names in lower case only. */
    private long logLines(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return fixture.gateway()
                .log()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains(lowerCase) && line.contains("8192"))
                .count();
    }

    @Test
    void headerJustBelowLimitPasses() throws IOException {
        String cookie = "sso=" + "x".repeat(8100);

        fixture.open("almost-large", PROTOCOL, "Cookie: " + cookie).close();

        assertEquals(
                cookie,
                fixture.upstream()
                        .requests(GatewayFixture.streamOf("almost-large"))
                        .take()
                        .request()
                        .one("Cookie"));
    }

    @Test
    void tooManyHeaderFieldsReturn431() throws IOException {
        // Streamlit's WebSocket library fails silently at 128.
        String[] fieldLines = new String[150];
        for (int i = 0; i < fieldLines.length; i++) {
            fieldLines[i] = "X-Field-" + i + ": " + i;
        }
        fieldLines[0] = UPGRADE;
        fieldLines[1] = CONNECTION;
        fieldLines[2] = VERSION;
        fieldLines[3] = KEY;

        assertEquals(431, refused("many-fields", fieldLines).status());
        assertNotDialled("many-fields");
    }
}
