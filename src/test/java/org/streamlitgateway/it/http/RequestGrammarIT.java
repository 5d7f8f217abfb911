package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawHttp2;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Invalid or suspicious requests are refused before they reach Streamlit. */
@NeedsGateway
class RequestGrammarIT extends OnEveryDeployment {
    private static final String HANDSHAKE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/../b",
                "/a/..%2fb",
                "/a/%2e%2e%2Fb",
                "/a/..%5cb",
                "/a/..\\b",
                "/a\\..\\b",
                "/a/%2f../b",
                "/a//../b",
                "/a/x%2f..%2f..%2fb",
                "/a/%252e%252e/b",
                "/a/%c0%ae%c0%ae/b",
                "/a/..%3bx/b",
                "/a/..;x/b",
                "/a/.%2e",
                "/a/%2e/b",
            })
    void dotSegmentsAreRefusedInEveryEncoding(String target) throws IOException {
        assertRefused(400, fixture.http().head("GET", fixture.target(target)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\u0000b", "/a\tb", "/a b", "/a\u00e4", "/a%00b", "a", "ftp://x/", "*b"})
    void invalidTargetIsRefused(String target) throws IOException {
        boolean absolute = !target.startsWith("/");
        assertRefused(400, fixture.http().head("GET", absolute ? target : fixture.target(target)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host:\r\n",
                "Host: a\r\nHost: a\r\n",
                "Host: a\r\nHost: b\r\n",
                "Host: user@a\r\n",
                "Host: a b\r\n",
                "Host: a/b\r\n",
                "Host: a,b\r\n",
                "Host: a:99999\r\n",
                "Host: a:b\r\n",
                "Host: [::1\r\n",
            })
    void missingRepeatedOrInvalidHostIsRefused(String lines) throws IOException {
        assertRefused(400, "GET " + fixture.target("/host") + " HTTP/1.1\r\n" + lines + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT"})
    void connectAndTraceAreRefused(String method) throws IOException {
        String target = method.equals("CONNECT") ? "db.example:5432" : fixture.target("/method");
        String host = method.equals("CONNECT") ? target : fixture.uri().getAuthority();
        try (RawHttp client = fixture.http()) {
            RawResponse answer = client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .readResponse("GET");

            assertTrue(Set.of(400, 403, 404, 405, 501).contains(answer.status()), answer::toString);
            assertTrue(!deployment.embedded() || answer.status() == 405, answer::toString);
        }
        fixture.upstream().requests(target).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip"})
    void transferCodingInHttp10IsRefused(String line) throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send("POST " + fixture.target("/old") + " HTTP/1.0\r\nHost: " + client.authority() + "\r\n" + line
                    + "\r\n\r\n0\r\n\r\n");
            int status = client.readResponse("POST").status();

            assertTrue(status == 400 || status == 501, "status " + status);
            assertEquals(End.FIN, client.awaitEnd());
        }
    }

    @Test
    void unsupportedTransferCodingReturns501() throws IOException {
        assertRefused(
                501,
                fixture.http().head("POST", fixture.target("/gzip"), "Transfer-Encoding: gzip, chunked") + "0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Origin: http://evil.example\r\n\r\n",
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            })
    void refusedHandshakeClosesConnection(String rest) throws IOException {
        try (RawHttp client = fixture.http()) {
            String target = fixture.target(GatewayFixture.streamOf("closing"));
            client.send(
                    "GET " + target + " HTTP/1.1\r\nHost: " + client.authority() + "\r\n" + HANDSHAKE + "\r\n" + rest);
            RawResponse refusal = client.readResponse("GET");

            assertTrue(refusal.status() == 400 || refusal.status() == 403, refusal::toString);
            assertTrue(refusal.head().lists("Connection", "close"), refusal::toString);
            assertTrue(Set.of(End.FIN, End.RESET).contains(client.awaitEnd()));
        }
        fixture.upstream().requests(GatewayFixture.streamOf("closing")).assertExhausted();
    }

    @Test
    void handshakeRefusedByStreamlitClosesConnection() throws IOException {
        String stream = GatewayFixture.streamOf("refused-closing");
        fixture.upstream().on(stream, exchange -> exchange.reply("404 Not Found", "no"));
        try (RawHttp client = fixture.http()) {
            RawResponse refusal = client.get(fixture.target(stream), HANDSHAKE.split("\r\n"));

            assertEquals(404, refusal.status());
            assertTrue(refusal.head().lists("Connection", "close"), refusal::toString);
        }
    }

    @Test
    void contentLengthZeroIsRemovedFromHandshake() throws IOException {
        fixture.open("no-length", "Sec-WebSocket-Protocol: streamlit", "Content-Length: 0")
                .close();

        HttpHead seen = fixture.upstream()
                .requests(GatewayFixture.streamOf("no-length"))
                .take()
                .request();
        assertTrue(!seen.has("Content-Length"), seen::toString);
    }

    @Test
    void upgradeToOtherProtocolIsIgnored() throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(
                    200,
                    client.get(fixture.target("/other"), "Upgrade: notwebsocket", "Connection: Upgrade")
                            .status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://public.example:81", "HTTP://public.example:81", "http://public.example"})
    void absoluteTargetOverridesHost(String origin) throws IOException {
        assumeTrue(deployment.embedded(), "containers refuse a Host that differs");
        String path = "/absolute-" + Integer.toHexString(origin.hashCode());
        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(origin + fixture.target(path)).status());
        }
        HttpHead seen = fixture.upstream().requests(path).take().request();
        assertEquals(origin.substring("http://".length()), seen.one("Host"));
    }

    @Test
    void dotSegmentClosesConnection() throws IOException {
        try (RawHttp client = fixture.http()) {
            RawResponse refusal = client.get(fixture.target("/a/..%2fb"));

            assertTrue(refusal.head().lists("Connection", "close") || !deployment.embedded(), refusal::toString);
            assertTrue(!deployment.embedded() || client.awaitEnd() == End.FIN);
        }
    }

    @Test
    void fragmentInTargetIsRefused() throws IOException {
        assumeTrue(deployment.embedded(), "containers drop it");
        assertRefused(400, fixture.http().head("GET", fixture.target("/a#b")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/_gateway/health/live", "/_gateway/nothing", "/bytes/10", "/a/../b"})
    void everyResponseHasOneDate(String target) throws IOException {
        try (RawHttp client = fixture.http()) {
            RawResponse answer = client.get(fixture.target(target));

            assertTrue(answer.head().one("Date").endsWith(" GMT"), answer::toString);
        }
    }

    @Test
    void dateOfAppIsKept() throws IOException {
        String date = "Mon, 01 Jan 2024 00:00:00 GMT";
        fixture.upstream().on("/dated", exchange -> exchange.reply("200 OK", "ok", "Date: " + date));
        try (RawHttp client = fixture.http()) {
            assertEquals(date, client.get(fixture.target("/dated")).head().one("Date"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method|GET /x HTTP/1.1",
                ":method|G:T",
                ":path|/a b",
                ":path|/a HTTP/1.1",
                ":path|/a\tb",
                ":path|/a\u00e4",
                ":path|/a/..%2fb",
                ":path|/a#b",
                "host|evil.example",
                "transfer-encoding|chunked",
                "upgrade|websocket",
                "x-line|a\r\nb: c",
            })
    void invalidHttp2FieldReturns400(String field) throws IOException {
        assumeTrue(deployment.embedded(), "depends on the container");
        String name = field.substring(0, field.indexOf('|'));
        String value = field.substring(field.indexOf('|') + 1);
        try (RawHttp2 client = RawHttp2.connect(fixture.uri())) {
            client.send(
                    true,
                    ":method",
                    name.equals(":method") ? value : "GET",
                    ":scheme",
                    "http",
                    ":path",
                    name.equals(":path") ? value : "/h2-grammar",
                    name.startsWith(":") ? "x-other" : name,
                    name.startsWith(":") ? "1" : value);

            assertEquals(400, client.readStatus());
        }
        fixture.upstream().requests("/h2-grammar").assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect-udp", "WebSocket", "foo"})
    void extendedConnectToOtherProtocolReturns501(String protocol) throws IOException {
        assumeTrue(deployment.embedded(), "depends on the container");
        try (RawHttp2 client = RawHttp2.connect(fixture.uri())) {
            client.send(
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    protocol,
                    ":scheme",
                    "http",
                    ":path",
                    GatewayFixture.streamOf("protocol"),
                    "sec-websocket-version",
                    "13");

            assertEquals(501, client.readStatus());
        }
        fixture.upstream().requests(GatewayFixture.streamOf("protocol")).assertExhausted();
    }

    private void assertRefused(int status, String request) throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(status, client.send(request).readResponse("GET").status());
        }
    }
}
