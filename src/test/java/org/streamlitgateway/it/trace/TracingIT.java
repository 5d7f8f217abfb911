package org.streamlitgateway.it.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeCollector;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.EveryDeployment;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** Trace context from and to other servers, in error pages, log lines and spans. */
@EveryDeployment
@NeedsGateway
class TracingIT {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final Pattern HEADER =
            Pattern.compile("(?m)^traceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])$");

    @Parameter
    private Deployment deployment;

    /** Returns the one traceparent that the app received. */
    private static Matcher received(String headers) {
        Matcher matcher = HEADER.matcher(headers);
        assertTrue(matcher.find(), headers);
        assertFalse(
                Pattern.compile("(?i)traceparent").matcher(headers).results().count() > 1, headers);
        return matcher;
    }

    private static String echo(GatewayFixture fixture, String... fields) throws IOException {
        try (RawHttp client = fixture.http()) {
            return client.get(fixture.target("/echo-request"), fields).text();
        }
    }

    @Test
    void traceOfATrustedProxyIsContinued() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment, "trusted-proxies", "127.0.0.1")) {
            String headers =
                    echo(fixture, "TraceParent: " + PARENT, "tracestate: congo=t61rcWkgMzE", "tracestate: rojo=1");
            Matcher trace = received(headers);

            assertEquals(TRACE, trace.group(1));
            assertNotEquals("00f067aa0ba902b7", trace.group(2));
            assertEquals("01", trace.group(3));
            assertTrue(headers.contains("tracestate: congo=t61rcWkgMzE,rojo=1"), headers);

            String invalid = echo(fixture, "traceparent: " + PARENT.replace('b', 'B'), "tracestate: congo=1");
            assertNotEquals(TRACE, received(invalid).group(1));
            assertFalse(invalid.contains("tracestate"), invalid);

            String twice = echo(fixture, "traceparent: " + PARENT, "traceparent: " + PARENT);
            assertNotEquals(TRACE, received(twice).group(1));
        }
    }

    @Test
    void traceOfAnyOtherClientIsReplaced() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment)) {
            String headers = echo(fixture, "traceparent: " + PARENT, "tracestate: congo=1");

            assertNotEquals(TRACE, received(headers).group(1));
            assertEquals("00", received(headers).group(3), "nothing is recorded without a collector");
            assertFalse(headers.contains("tracestate"), headers);
            assertNotEquals(received(headers).group(1), received(echo(fixture)).group(1));
        }
    }

    @Test
    void handshakeCarriesTheTraceToo() throws IOException {
        try (GatewayFixture fixture = GatewayFixture.start(deployment, "trusted-proxies", "127.0.0.1")) {
            try (RawWebSocket socket = fixture.open("traced", "traceparent: " + PARENT)) {
                HttpHead seen = fixture.upstream()
                        .requests(GatewayFixture.streamOf("traced"))
                        .take()
                        .request();
                assertTrue(seen.one("traceparent").startsWith("00-" + TRACE + "-"), seen::toString);
                assertNotEquals(PARENT, seen.one("traceparent"));
                socket.frames().sendClose(1000, "");
                socket.frames().awaitClosing();
            }
        }
    }

    @Test
    void errorsNameTheTrace() throws IOException {
        try (GatewayFixture fixture =
                        GatewayFixture.start(deployment, "trusted-proxies", "127.0.0.1", "log-level", "WARN");
                RawHttp client = fixture.http()) {
            fixture.upstream().stop();
            RawResponse text = client.get(fixture.target("/down"), "traceparent: " + PARENT);
            assertEquals(TRACE, text.head().one("X-Request-Id"));
            assertFalse(text.text().contains(TRACE), text::text);

            RawResponse page = client.get(fixture.target("/down"), "Accept: text/html", "traceparent: " + PARENT);
            assertTrue(page.text().contains("Reference " + TRACE), page::text);
            if (deployment.embedded()) {
                Eventually.until(fixture.gateway()::log, Eventually.LIMIT, () -> fixture.gateway()
                        .log()
                        .contains("[/ " + TRACE + "]"));
            }
        }
    }

    @Test
    void requestAndSessionAreSpans() throws IOException {
        try (FakeCollector collector = FakeCollector.start();
                GatewayFixture fixture = GatewayFixture.start(
                        deployment, "trusted-proxies", "127.0.0.1", "otlp-endpoint", collector.endpoint())) {
            Matcher trace = received(echo(fixture, "traceparent: " + PARENT, "User-Agent: test/1"));
            FakeCollector.Span request = collector.await(span ->
                    fixture.target("/echo-request").equals(span.attributes().get("url.path")));

            assertEquals(TRACE, request.trace());
            assertEquals("00f067aa0ba902b7", request.parent());
            assertEquals(request.id(), trace.group(2), "the app's spans are below the gateway's");
            assertEquals(2, request.kind());
            assertEquals(200L, request.attributes().get("http.response.status_code"));
            assertEquals("test/1", request.attributes().get("user_agent.original"));

            assertEquals("01", received(echo(fixture)).group(3), "traces that begin here are recorded");
            String unsampled = PARENT.replace("-01", "-00").replace("4bf9", "ffff");
            echo(fixture, "traceparent: " + unsampled);

            try (RawWebSocket socket = fixture.open("spans")) {
                socket.frames().sendClose(1000, "");
                socket.frames().awaitClosing();
            }
            FakeCollector.Span session = collector.await("streamlit.session");
            FakeCollector.Span handshake = collector.await(span -> span.id().equals(session.parent()));
            HttpHead seen = fixture.upstream()
                    .requests(GatewayFixture.streamOf("spans"))
                    .take()
                    .request();

            assertEquals("handshake", handshake.attributes().get("streamlit.kind"));
            assertEquals(101L, handshake.attributes().get("http.response.status_code"));
            assertEquals(handshake.trace(), session.trace());
            assertEquals("00-" + session.trace() + "-" + session.id() + "-01", seen.one("traceparent"));
            assertEquals(
                    Map.of(),
                    Map.copyOf(collector.spans().stream()
                            .filter(span -> span.trace().startsWith("ffff"))
                            .collect(java.util.stream.Collectors.toMap(FakeCollector.Span::id, span -> span))));
            collector.assertNoProblems();
        }
    }
}
