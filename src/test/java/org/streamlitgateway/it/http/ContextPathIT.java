package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.StreamlitMessages;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** The browser sees the app below /ctx/; the app itself is served from /. */
@NeedsGateway
class ContextPathIT extends OnEveryDeployment {
    private static final String PROTOCOL = "Sec-WebSocket-Protocol: streamlit, token";

    @Override
    protected String[] options() {
        return new String[] {"context-path", "/ctx"};
    }

    private RawResponse get(String target, String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http()) {
            return client.get(target, fieldLines);
        }
    }

    private String authority() {
        return fixture.uri().getAuthority();
    }

    @Test
    void readyLineIncludesContextPath() {
        assertEquals("/ctx/", fixture.uri().getPath());
    }

    @ParameterizedTest
    @CsvSource({"/ctx/, /", "/ctx/page2?a=%2F, /page2?a=%2F", "/ctx/a%2Fb;c//d, /a%2Fb;c//d", "/ctx/ctx/x, /ctx/x"})
    void contextPathIsStrippedRestIsUnchanged(String requested, String arrived) throws IOException {
        assertEquals(200, get(requested).status());

        HttpHead request = fixture.upstream().requests(arrived).take().request();
        assertEquals("/ctx", request.one("X-Forwarded-Prefix"));
    }

    @ParameterizedTest
    @CsvSource({"/ctx, /ctx/", "/ctx?a=1&b=%2F, /ctx/?a=1&b=%2F", "/ctx?, /ctx/?"})
    void contextPathWithoutSlashRedirectsAndKeepsQuery(String requested, String location) throws IOException {
        // streamlit #1139, #10943, #7259, #10341
        RawResponse response = get(requested);

        assertTrue(List.of(301, 302, 307, 308).contains(response.status()), response::toString);
        String target = response.head().one("Location").replace("http://" + authority(), "");
        assertTrue(target.equals(location) || target.equals(location.replaceFirst("\\?$", "")), target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/ctxfoo",
                "/ctxfoo/",
                "/CTX/",
                "/other/",
                "/_stcore/health",
                "/_stcore/host-config",
                "/static/app.js",
                "/favicon.ico",
            })
    void requestOutsideContextPathReturns404(String target) throws IOException {
        // A page whose app is down asks for the health of its parent path next. It must not attach itself to another
        // app there.
        RawResponse response = get(target, "Accept: text/html");

        if (!(target.equals("/favicon.ico")
                && deployment.name().startsWith("jetty"))) { // Jetty's container serves its own icon there
            assertEquals(404, response.status(), response::toString);
        }
        fixture.upstream().requests(target).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ctx/../secret", "/ctx/%2e%2e/secret", "/ctx/..;/secret", "/ctx/./../secret"})
    void dotSegmentsCannotLeaveContextPath(String target) throws IOException {
        int status = get(target).status();

        assertTrue(status == 400 || status == 404, "status " + status);
        fixture.upstream().requests("/secret").assertExhausted();
    }

    @Test
    void webSocketOutsideContextPathReturns404() throws IOException {
        try (RawWebSocket socket = RawWebSocket.dial(fixture.uri(), "/_stcore/stream?outside", PROTOCOL)) {
            assertEquals(404, socket.refusal().status());
        }
        fixture.upstream().requests("/_stcore/stream?outside").assertExhausted();
    }

    @Test
    void webSocketTargetLosesContextPathOnly() throws IOException {
        try (RawWebSocket socket = fixture.open("inside", PROTOCOL, "Origin: http://" + authority())) {
            socket.frames().send(Frame.text("hello"));
            assertEquals(Frame.text("hello"), socket.frames().nextMessage());
        }
        HttpHead request = fixture.upstream()
                .requests(GatewayFixture.streamOf("inside"))
                .take()
                .request();
        assertEquals("/ctx", request.one("X-Forwarded-Prefix"));
        ForwardingChecks.assertSetByGateway(request, fixture.uri());
    }

    @Test
    void deepLinkHealthCheckReturnsStreamlits404() throws IOException {
        // streamlit #7074
        assertEquals(404, get("/ctx/page2/_stcore/health").status());
        assertEquals("ok", get("/ctx/_stcore/health").text());
        fixture.upstream().requests("/_stcore/health").take();
    }

    @ParameterizedTest
    @CsvSource({
        "/page2?a=1, /ctx/page2?a=1",
        "/, /ctx/",
        "/auth/login?provider=x, /ctx/auth/login?provider=x",
        "http://AUTHORITY/page2, /ctx/page2",
        "http://AUTHORITY/, /ctx/",
    })
    void redirectsWithinAppStayBelowContextPath(String fromUpstream, String toBrowser) throws IOException {
        String location = fromUpstream.replace("AUTHORITY", authority());

        String rewritten = redirect(location).replace("http://" + authority(), "");
        assertEquals(toBrowser, rewritten);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://login.example/authorize?redirect_uri=%2Fctx",
                "http://other.example/page2",
                "//other.example/page2",
                "page3?a=1",
                "?a=1",
                "#top",
                "mailto:someone@example.com",
            })
    void redirectsToOtherSitesAreUnchanged(String location) throws IOException {
        assertEquals(location, redirect(location));
    }

    /** Returns the Location that the browser gets when upstream redirects to {@code location}. */
    private String redirect(String location) throws IOException {
        String target = "/redirect-" + Integer.toHexString(location.hashCode());
        fixture.upstream().on(target, exchange -> exchange.reply("302 Found", "", "Location: " + location));

        RawResponse response = get("/ctx" + target);
        assertEquals(302, response.status());
        return response.head().one("Location");
    }

    @Test
    void cookiePathsMoveBelowContextPathExceptXsrfToken() throws IOException {
        fixture.upstream()
                .on(
                        "/cookies",
                        exchange -> exchange.reply(
                                "200 OK",
                                "",
                                "Set-Cookie: _streamlit_session=a; Path=/; HttpOnly; SameSite=lax",
                                "Set-Cookie: _streamlit_user=b; HttpOnly; Path=/; SameSite=lax",
                                "Set-Cookie: _streamlit_user_tokens_1=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/",
                                "Set-Cookie: _streamlit_xsrf=2|3|4|5; Path=/; SameSite=lax",
                                "Set-Cookie: own=c"));

        List<String> cookies = get("/ctx/cookies").head().all("Set-Cookie");

        assertEquals(5, cookies.size(), cookies::toString);
        assertPath("/ctx", "_streamlit_session=a", cookies.get(0));
        assertPath("/ctx", "_streamlit_user=b", cookies.get(1));
        assertPath("/ctx", "_streamlit_user_tokens_1=", cookies.get(2));
        // Two cookies of this name at different paths break uploads, so it stays at the path that every Streamlit
        // uses.
        assertPath("/", "_streamlit_xsrf=2|3|4|5", cookies.get(3));
        assertTrue(cookies.get(1).contains("HttpOnly"), cookies::toString);
        assertTrue(cookies.get(4).startsWith("own=c"), cookies::toString);
    }

    private static void assertPath(String path, String start, String cookie) {
        assertTrue(cookie.startsWith(start), cookie);
        List<String> paths = List.of(cookie.split("; *", -1)).stream()
                .filter(attribute ->
                        attribute.toLowerCase(java.util.Locale.ROOT).startsWith("path="))
                .map(attribute -> attribute.substring("path=".length()).replaceFirst("(.)/$", "$1"))
                .toList();
        assertEquals(List.of(path), paths, cookie);
    }

    /** Opens a socket on which upstream sends this message first, and returns the message that the browser receives. */
    private byte[] relayed(String test, byte[] message) throws IOException {
        fixture.upstream().on(GatewayFixture.streamOf(test), exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            frames.send(Frame.binary(message));
            frames.awaitClosing();
        });
        try (RawWebSocket socket = fixture.open(test, PROTOCOL)) {
            Frame frame = socket.frames().nextMessage();
            assertEquals(Frame.BINARY, frame.opcode());
            return frame.payload();
        }
    }

    @Test
    void loginRedirectPointsBelowContextPath() throws IOException {
        byte[] message = StreamlitMessages.authRedirect("/auth/login?provider=keycloak&state=" + "x".repeat(200));

        byte[] arrived = relayed("login", message);

        assertEquals(
                "/ctx/auth/login?provider=keycloak&state=" + "x".repeat(200),
                StreamlitMessages.urlOfAuthRedirect(arrived));
        assertEquals(StreamlitMessages.hash(message), StreamlitMessages.hash(arrived));
    }

    @Test
    void loginRedirectToOtherHostIsUnchanged() throws IOException {
        byte[] message = StreamlitMessages.authRedirect("https://login.example/auth/login?next=/");

        assertArrayEquals(message, relayed("login-elsewhere", message));
    }

    @Test
    void messagesOtherThanAuthRedirectAreUnchanged() throws IOException {
        byte[] message = StreamlitMessages.delta("go to /auth/login?provider=keycloak");

        assertArrayEquals(message, relayed("delta", message));
    }

    @Test
    void appWithSameBasePathIsAddressedByFullPath() throws IOException {
        try (GatewayFixture based = GatewayFixture.start(deployment, "context-path", "/based")) {
            based.upstream().on("/based/_stcore/health", exchange -> exchange.reply("200 OK", "ok"));
            based.upstream().on("/_stcore/health", exchange -> exchange.reply("404 Not Found", "Not Found"));
            based.upstream()
                    .on(
                            "/based/",
                            exchange ->
                                    exchange.reply("200 OK", "the app", "Set-Cookie: _streamlit_user=b; Path=/based"));

            try (RawHttp client = based.http()) {
                assertEquals("ok", client.get("/based/_stcore/health").text());
                RawResponse page = client.get("/based/");
                assertEquals("the app", page.text());
                assertPath("/based", "_streamlit_user=b", page.head().one("Set-Cookie"));
                assertEquals(404, client.get("/_stcore/health").status());
            }
            assertFalse(based.uri().getPath().isEmpty());
        }
    }

    @Test
    void errorFromIntermediaryDoesNotDecideBasePath() throws IOException {
        Queue<String> errors = new ConcurrentLinkedQueue<>(List.of("503 Service Unavailable", "302 Found"));
        try (GatewayFixture based = GatewayFixture.start(deployment, "context-path", "/based")) {
            based.upstream().on("/based/_stcore/health", exchange -> {
                String error = errors.poll();
                exchange.reply(error == null ? "200 OK" : error, error == null ? "ok" : "");
            });
            based.upstream().on("/_stcore/health", exchange -> exchange.reply("404 Not Found", "Not Found"));
            based.upstream().on("/", exchange -> exchange.reply("404 Not Found", "Not Found"));
            based.upstream().on("/based/", exchange -> exchange.reply("200 OK", "the app"));

            Eventually.until(
                    () -> "the app answers after the intermediary's errors; errors remaining: " + errors,
                    Duration.ofSeconds(15),
                    () -> isTheApp(based));
        }
    }

    private static boolean isTheApp(GatewayFixture based) {
        try (RawHttp client = based.http()) {
            return client.get("/based/").text().equals("the app");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void contextPathOfSeveralSegmentsWorks() throws IOException {
        try (GatewayFixture deep = GatewayFixture.start(deployment, "context-path", "/tools/streamlit");
                RawHttp client = deep.http()) {
            assertEquals("ok", client.get("/tools/streamlit/_stcore/health").text());
            assertEquals(404, client.get("/tools/_stcore/health").status());
            assertEquals(404, client.get("/tools/").status());
        }
    }
}
