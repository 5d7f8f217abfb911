package org.streamlitgateway.it.protocol;

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

/** Requests that nobody in good faith sends: refused before Streamlit hears of them. */
@NeedsGateway
class RequestGrammarIT extends AtEveryDoor {
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
    void noDotSegmentPassesHoweverItIsWritten(String target) throws IOException {
        assertRefused(400, rig.http().head("GET", rig.target(target)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\u0000b", "/a\tb", "/a b", "/a\u00e4", "/a%00b", "a", "ftp://x/", "*b"})
    void aTargetThatIsNoneIsRefused(String target) throws IOException {
        boolean absolute = !target.startsWith("/");
        assertRefused(400, rig.http().head("GET", absolute ? target : rig.target(target)));
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
    void thereIsOneHostAndItIsValid(String lines) throws IOException {
        assertRefused(400, "GET " + rig.target("/host") + " HTTP/1.1\r\n" + lines + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT"})
    void methodsForProxiesAreRefused(String method) throws IOException {
        String target = method.equals("CONNECT") ? "db.example:5432" : rig.target("/method");
        String host = method.equals("CONNECT") ? target : rig.uri().getAuthority();
        try (RawHttp client = rig.http()) {
            RawResponse answer = client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .readResponse("GET");

            assertTrue(Set.of(400, 403, 404, 405, 501).contains(answer.status()), answer::toString);
            assertTrue(!door.embedded() || answer.status() == 405, answer::toString);
        }
        rig.upstream().requests(target).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip"})
    void http10KnowsNoTransferCodings(String line) throws IOException {
        try (RawHttp client = rig.http()) {
            client.send("POST " + rig.target("/old") + " HTTP/1.0\r\nHost: " + client.authority() + "\r\n" + line
                    + "\r\n\r\n0\r\n\r\n");
            int status = client.readResponse("POST").status();

            assertTrue(status == 400 || status == 501, "status " + status);
            assertEquals(End.FIN, client.awaitEnd());
        }
    }

    @Test
    void aTransferCodingThatIsNotUndoneIsRefused() throws IOException {
        assertRefused(
                501, rig.http().head("POST", rig.target("/gzip"), "Transfer-Encoding: gzip, chunked") + "0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Origin: http://evil.example\r\n\r\n",
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            })
    void aRefusedHandshakeEndsTheConnection(String rest) throws IOException {
        try (RawHttp client = rig.http()) {
            String target = rig.target(Rig.streamOf("closing"));
            client.send(
                    "GET " + target + " HTTP/1.1\r\nHost: " + client.authority() + "\r\n" + HANDSHAKE + "\r\n" + rest);
            RawResponse refusal = client.readResponse("GET");

            assertTrue(refusal.status() == 400 || refusal.status() == 403, refusal::toString);
            assertTrue(refusal.head().lists("Connection", "close"), refusal::toString);
            assertTrue(Set.of(End.FIN, End.RESET).contains(client.awaitEnd()));
        }
        rig.upstream().requests(Rig.streamOf("closing")).assertExhausted();
    }

    @Test
    void aHandshakeThatStreamlitRefusesEndsTheConnectionToo() throws IOException {
        String stream = Rig.streamOf("refused-closing");
        rig.upstream().on(stream, exchange -> exchange.reply("404 Not Found", "no"));
        try (RawHttp client = rig.http()) {
            RawResponse refusal = client.get(rig.target(stream), HANDSHAKE.split("\r\n"));

            assertEquals(404, refusal.status());
            assertTrue(refusal.head().lists("Connection", "close"), refusal::toString);
        }
    }

    @Test
    void aHandshakeOfLengthZeroPassesWithoutItsLength() throws IOException {
        rig.open("no-length", "Sec-WebSocket-Protocol: streamlit", "Content-Length: 0")
                .close();

        HttpHead seen =
                rig.upstream().requests(Rig.streamOf("no-length")).take().request();
        assertTrue(!seen.has("Content-Length"), seen::toString);
    }

    @Test
    void anOfferOfAnotherProtocolIsPassedOver() throws IOException {
        try (RawHttp client = rig.http()) {
            assertEquals(
                    200,
                    client.get(rig.target("/other"), "Upgrade: notwebsocket", "Connection: Upgrade")
                            .status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://public.example:81", "HTTP://public.example:81", "http://public.example"})
    void theAuthorityOfAnAbsoluteTargetCounts(String origin) throws IOException {
        assumeTrue(door.embedded(), "containers refuse it when Host differs");
        String path = "/absolute-" + Integer.toHexString(origin.hashCode());
        try (RawHttp client = rig.http()) {
            assertEquals(200, client.get(origin + rig.target(path)).status());
        }
        HttpHead seen = rig.upstream().requests(path).take().request();
        assertEquals(origin.substring("http://".length()), seen.one("Host"));
    }

    @Test
    void afterADotSegmentTheConnectionEnds() throws IOException {
        try (RawHttp client = rig.http()) {
            RawResponse refusal = client.get(rig.target("/a/..%2fb"));

            assertTrue(refusal.head().lists("Connection", "close") || !door.embedded(), refusal::toString);
            assertTrue(!door.embedded() || client.awaitEnd() == End.FIN);
        }
    }

    @Test
    void aFragmentIsNoPartOfATarget() throws IOException {
        assumeTrue(door.embedded(), "containers drop it");
        assertRefused(400, rig.http().head("GET", rig.target("/a#b")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/_gateway/health/live", "/_gateway/nothing", "/bytes/10", "/a/../b"})
    void everyAnswerHasOneDate(String target) throws IOException {
        try (RawHttp client = rig.http()) {
            RawResponse answer = client.get(rig.target(target));

            assertTrue(answer.head().one("Date").endsWith(" GMT"), answer::toString);
        }
    }

    @Test
    void theDateOfTheAppIsKept() throws IOException {
        String date = "Mon, 01 Jan 2024 00:00:00 GMT";
        rig.upstream().on("/dated", exchange -> exchange.reply("200 OK", "ok", "Date: " + date));
        try (RawHttp client = rig.http()) {
            assertEquals(date, client.get(rig.target("/dated")).head().one("Date"));
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
    void http2SaysNoMoreThanHttp1(String field) throws IOException {
        assumeTrue(door.embedded(), "a matter of the container");
        String name = field.substring(0, field.indexOf('|'));
        String value = field.substring(field.indexOf('|') + 1);
        try (RawHttp2 client = RawHttp2.connect(rig.uri())) {
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
        rig.upstream().requests("/h2-grammar").assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect-udp", "WebSocket", "foo"})
    void anotherProtocolThanWebSocketIsNotImplemented(String protocol) throws IOException {
        assumeTrue(door.embedded(), "a matter of the container");
        try (RawHttp2 client = RawHttp2.connect(rig.uri())) {
            client.send(
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    protocol,
                    ":scheme",
                    "http",
                    ":path",
                    Rig.streamOf("protocol"),
                    "sec-websocket-version",
                    "13");

            assertEquals(501, client.readStatus());
        }
        rig.upstream().requests(Rig.streamOf("protocol")).assertExhausted();
    }

    private void assertRefused(int status, String request) throws IOException {
        try (RawHttp client = rig.http()) {
            assertEquals(status, client.send(request).readResponse("GET").status());
        }
    }
}
