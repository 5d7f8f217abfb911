package org.streamlitgateway.it.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Exchange;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;
import org.streamlitgateway.it.process.WaitingPageChecks;

/** One side disconnects, goes silent or sends invalid data; the other side learns of it correctly and at once. */
class HttpFailureIT extends OnEveryDeployment {
    /**
     * Time allowed for "at once" on a busy machine: far less than the gateway's timeouts, which would end the exchange
     * too.
     */
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    private static final String[] SHORT_TIMEOUT = {"upstream-timeout", "3s"};

    /** Ways in which an upstream connection ends. */
    enum Death {
        FIN {
            @Override
            void of(Exchange exchange) throws IOException {
                exchange.close();
            }
        },
        RESET {
            @Override
            void of(Exchange exchange) throws IOException {
                exchange.reset();
            }
        };

        abstract void of(Exchange exchange) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void upstreamLostInBodyOfKnownLengthAbortsResponse(Death death) throws IOException {
        fixture.upstream().on("/short-length/" + death, exchange -> {
            exchange.startBody("200 OK", "Content-Length: 1000");
            exchange.raw("only this");
            death.of(exchange);
        });

        assertCutShort("/short-length/" + death);
    }

    @ParameterizedTest
    @EnumSource
    void upstreamLostInChunkedBodyAbortsResponse(Death death) throws IOException {
        // Tomcat ends such a body as if it were complete unless the gateway prevents it.
        fixture.upstream().on("/short-chunked/" + death, exchange -> {
            exchange.startChunks("200 OK");
            exchange.chunk("only this");
            death.of(exchange);
        });

        assertCutShort("/short-chunked/" + death);
    }

    private void assertCutShort(String target) throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target(target)));
            BodyReader body = client.body(client.readHead(), "GET");
            body.readAll();

            assertNotEquals(End.COMPLETE, body.end());
        }
    }

    @Test
    void clientLostInDownloadEndsUpstreamRequest() throws IOException {
        Recorder<String> upstreamEnds = new Recorder<>("end of the download upstream");
        fixture.upstream().on("/endless", exchange -> {
            try {
                exchange.startChunks("200 OK");
                while (true) {
                    exchange.chunk("more and more ".repeat(100));
                }
            } catch (IOException e) {
                upstreamEnds.add("aborted");
            }
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/endless")));
            client.body(client.readHead(), "GET").read(10_000);
            client.reset();
        }
        upstreamEnds.take(AT_ONCE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clientLostBeforeFirstByteEndsUpstreamRequest(boolean inOrder) throws IOException {
        assumeTrue(deployment.embedded(), "a container hides the client's disconnect");
        String target = "/never-answered/" + inOrder;
        Recorder<End> upstreamEnds = new Recorder<>("end of the request upstream");
        fixture.upstream().on(target, exchange -> upstreamEnds.add(exchange.awaitEnd()));

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target(target)));
            fixture.upstream().requests(target).take();
            if (!inOrder) {
                client.reset();
            }
        }
        upstreamEnds.take(AT_ONCE);
    }

    @Test
    void clientLostInUploadLeavesItIncompleteUpstream() throws IOException {
        Recorder<BodyReader.Summary> uploads = new Recorder<>("upload that broke off");
        fixture.upstream()
                .on("/broken-upload", exchange -> uploads.add(exchange.body().summarize()));

        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/broken-upload"), "Transfer-Encoding: chunked"));
            client.sendChunk("only this");
            fixture.upstream().requests("/broken-upload").take();
            client.reset();
        }
        assertNotEquals(End.COMPLETE, uploads.take(AT_ONCE).end());
    }

    @Test
    @NeedsGateway
    void silentUpstreamReturns504AndItsConnectionIsClosed() throws IOException {
        Recorder<End> upstreamEnds = new Recorder<>("end of the silent connection");
        try (GatewayFixture impatient = GatewayFixture.start(deployment, SHORT_TIMEOUT)) {
            impatient.upstream().on("/silent", exchange -> upstreamEnds.add(exchange.awaitEnd()));
            try (RawHttp client = impatient.http()) {
                WaitingPageChecks.assertOneLine(
                        504,
                        client.get(impatient.target("/silent")),
                        impatient.upstream().port());
            }
            upstreamEnds.take(AT_ONCE);
        }
    }

    @Test
    @NeedsGateway
    void silentUpstreamShowsWaitingPageToBrowser() throws IOException {
        try (GatewayFixture impatient = GatewayFixture.start(deployment, SHORT_TIMEOUT)) {
            impatient.upstream().on("/silent-page", Exchange::awaitEnd);
            try (RawHttp client = impatient.http()) {
                WaitingPageChecks.assertShown(
                        504, client.get(impatient.target("/silent-page"), "Accept: text/html,*/*;q=0.8"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @NeedsGateway
    void postIsNotRetriedWhenUpstreamDies(Death death) throws IOException {
        String target = "/post-once/" + death;
        fixture.upstream().on(target, exchange -> {
            exchange.body().readAll();
            death.of(exchange);
        });

        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target("/warm-up")).status());
            assertOneLine(502, client.exchangeBody("POST", fixture.target(target), "pay 10 €".getBytes(UTF_8)));
        }
        fixture.upstream().requests(target).take();
        fixture.upstream().requests(target).assertExhausted();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 abc\r\n\r\n",
                "\r\n\r\n\u0000\u0001"
            })
    @NeedsGateway
    void invalidUpstreamResponseReturns502(String nonsense) throws IOException {
        String target = "/nonsense/" + nonsense.hashCode();
        fixture.upstream().on(target, exchange -> exchange.raw(nonsense));

        try (RawHttp client = fixture.http()) {
            assertOneLine(502, client.exchangeBody("POST", fixture.target(target), new byte[0]));
        }
    }

    @Test
    @NeedsGateway
    void upstreamThatResetsConnectionsReturns502() throws IOException {
        try (GatewayFixture resetting = GatewayFixture.start(deployment)) {
            resetting.upstream().resetNewConnections(true);
            try (RawHttp client = resetting.http()) {
                assertOneLine(502, client.get(resetting.target("/reset")));
            }
        }
    }

    /** Checks for a fixed line of text: no stack trace, no address, no HTML. */
    private void assertOneLine(int status, RawResponse response) {
        WaitingPageChecks.assertOneLine(status, response, fixture.upstream().port());
    }

    @Test
    void connectionCloseIsHonouredAfterResponse() throws IOException {
        fixture.upstream().on("/close-after", exchange -> exchange.reply("200 OK", "answer"));

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/close-after"), "Connection: close"));
            RawResponse response = client.readResponse("GET");

            assertEquals("answer", response.text());
            assertFalse(response.head().lists("Connection", "keep-alive"));
            assertEquals(End.FIN, client.awaitEnd());
        }
    }
}
