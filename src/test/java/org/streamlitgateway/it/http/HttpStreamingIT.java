package org.streamlitgateway.it.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Bytes are forwarded at once, and for as long as they keep arriving. */
class HttpStreamingIT extends OnEveryDeployment {
    /** Longest upstream silence that this gateway tolerates. */
    private static final String UPSTREAM_TIMEOUT = "4s";

    /** Twelve of these intervals exceed the timeout in total; each is far shorter. */
    private static final Duration STEP = Duration.ofMillis(400);

    @Override
    protected String[] options() {
        return new String[] {"upstream-timeout", UPSTREAM_TIMEOUT, "client-timeout", UPSTREAM_TIMEOUT};
    }

    @Test
    void responseStartsWhenUpstreamResponseStarts() throws IOException {
        Signal headSeen = new Signal("the client has the head");
        fixture.upstream().on("/head-first", exchange -> {
            exchange.startBody("200 OK", "Content-Length: 4");
            headSeen.await();
            exchange.raw("body");
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/head-first")));
            HttpHead head = client.readHead();
            headSeen.fire();

            assertEquals("body", new String(client.body(head, "GET").readAll(), UTF_8));
        }
    }

    @Test
    void serverSentEventsArriveOneByOne() throws IOException {
        // jetty.project #3459, #12323: a proxy that flushes only full buffers shows a stream at its end.
        Signal firstSeen = new Signal("the client has the first event");
        fixture.upstream().on("/events", exchange -> {
            exchange.startChunks("200 OK", "Content-Type: text/event-stream");
            exchange.chunk("data: 1\n\n");
            firstSeen.await();
            exchange.chunk("data: 2\n\n");
            exchange.endChunks();
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/events"), "Accept: text/event-stream"));
            BodyReader body = client.body(client.readHead(), "GET");
            assertEquals("data: 1\n\n", new String(body.read(9), UTF_8));
            firstSeen.fire();

            assertEquals("data: 2\n\n", new String(body.readAll(), UTF_8));
            assertEquals(End.COMPLETE, body.end());
        }
    }

    @Test
    void slowBodyOfKnownLengthIsStreamed() throws IOException {
        Signal firstSeen = new Signal("the client has the first half");
        fixture.upstream().on("/halves", exchange -> {
            exchange.startBody("200 OK", "Content-Length: 10");
            exchange.raw("first");
            firstSeen.await();
            exchange.raw("other");
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/halves")));
            BodyReader body = client.body(client.readHead(), "GET");
            assertEquals("first", new String(body.read(5), UTF_8));
            firstSeen.fire();

            assertEquals("other", new String(body.readAll(), UTF_8));
        }
    }

    @Test
    void uploadIsStreamedToUpstream() throws IOException {
        Recorder<String> arrived = new Recorder<>("upload piece");
        fixture.upstream().on("/slow-upload", exchange -> {
            arrived.add(new String(exchange.body().read(5), UTF_8));
            arrived.add(new String(exchange.body().readAll(), UTF_8));
            exchange.reply("200 OK", "");
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/slow-upload"), "Content-Length: 10"))
                    .send("first");
            assertEquals("first", arrived.take());
            client.send("other");
            assertEquals("other", arrived.take());

            assertEquals(200, client.readResponse("PUT").status());
        }
    }

    @Test
    void slowSteadyDownloadOutlivesTimeout() throws IOException {
        fixture.upstream().on("/steady-download", exchange -> {
            exchange.startChunks("200 OK");
            Pace.every(STEP, 12, count -> exchange.chunk("x"));
            exchange.endChunks();
        });

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/steady-download"));

            assertEquals("x".repeat(12), response.text());
            assertEquals(End.COMPLETE, response.end());
        }
    }

    @Test
    void slowSteadyUploadOutlivesTimeout() throws IOException {
        // streamlit #2312, #3342: uploads over slow connections take minutes.
        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/echo-body"), "Content-Length: 12"));
            Pace.every(STEP, 12, count -> client.send("x"));

            assertEquals("x".repeat(12), client.readResponse("PUT").text());
        }
    }

    @Test
    @NeedsGateway
    void upstreamSilentInBodyAbortsResponse() throws IOException {
        Recorder<End> upstreamEnds = new Recorder<>("end of the silent upstream's connection");
        fixture.upstream().on("/silent-inside", exchange -> {
            exchange.startBody("200 OK", "Content-Length: 10");
            exchange.raw("first");
            upstreamEnds.add(exchange.awaitEnd());
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/silent-inside")));
            BodyReader.Summary body = client.body(client.readHead(), "GET").summarize();

            assertTrue(body.end() != End.COMPLETE, body::toString);
        }
        upstreamEnds.take();
    }

    @Test
    void expectContinueGets100AndBodyArrives() throws IOException {
        fixture.upstream().on("/expect", exchange -> {
            exchange.interim("100 Continue");
            exchange.reply("200 OK", exchange.body().readAll());
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/expect"), "Expect: 100-continue", "Content-Length: 4"));
            assertEquals(100, client.readHead().status());
            client.send("body");

            assertEquals("body", client.readResponse("PUT").text());
        }
    }

    @Test
    void refusedExpectationIsAnsweredWithoutBody() throws IOException {
        fixture.upstream()
                .on("/refuse-expect", exchange -> exchange.reply("413 Too Large", "too large", "Connection: close"));

        try (RawHttp client = fixture.http()) {
            client.send(client.head(
                    "PUT", fixture.target("/refuse-expect"), "Expect: 100-continue", "Content-Length: 1000000"));
            RawResponse response = client.readResponse("PUT");

            assertEquals(413, response.status());
            assertEquals("too large", response.text());
            if (deployment.embedded()) {
                // Tomcat asks for the body at once, regardless of the application's later response.
                assertEquals(List.of(), response.interim());
            }
        }
    }

    /** The page is larger than any buffer, so it is still being written when the upstream exchange is over. */
    @Test
    void longRefusalOfExpectationArrivesWhole() throws IOException {
        String page = "Too large. ".repeat(100_000);
        fixture.upstream().on("/refuse-long", exchange -> exchange.reply("413 Too Large", page, "Connection: close"));

        try (RawHttp client = RawHttp.connectSlowReader(fixture.uri())) {
            client.send(client.head(
                    "PUT", fixture.target("/refuse-long"), "Expect: 100-continue", "Content-Length: 1000000"));
            RawResponse response = client.readResponse("PUT");

            assertEquals(413, response.status());
            assertEquals(page, response.text());
        }
    }

    @Test
    void clientLostDuringLongRefusalLeavesNoConnection() throws IOException {
        String page = "Too large. ".repeat(100_000);
        fixture.upstream().on("/refuse-leaver", exchange -> exchange.reply("413 Too Large", page, "Connection: close"));

        try (RawHttp client = RawHttp.connectSlowReader(fixture.uri())) {
            client.send(client.head(
                    "PUT", fixture.target("/refuse-leaver"), "Expect: 100-continue", "Content-Length: 1000000"));
            client.readHead();
            client.reset();
        }
        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target("/_stcore/health")).status());
        }
    }

    @Test
    void earlyResponseToLargeUploadReachesClient() throws IOException {
        // Streamlit answers 413 above maxUploadSize while the browser still sends.
        fixture.upstream().on("/early-413", exchange -> {
            exchange.body().read(1000);
            exchange.reply("413 Too Large", "too large");
            exchange.body().summarize();
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/early-413"), "Content-Length: 1000000"))
                    .send(new byte[2000]);
            RawResponse response = client.readResponse("PUT");

            assertEquals(413, response.status());
            assertEquals("too large", response.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100 Continue", "102 Processing", "103 Early Hints"})
    void interimResponsesDoNotAffectFinalResponse(String interim) throws IOException {
        String target = "/interim/" + interim.substring(0, 3);
        fixture.upstream().on(target, exchange -> {
            exchange.interim(interim, "Link: </app.css>; rel=preload");
            exchange.reply("200 OK", "final");
        });

        try (RawHttp client = fixture.http()) {
            assertEquals("final", client.get(fixture.target(target)).text());
            assertEquals("ok", client.get(fixture.target("/_stcore/health")).text());
        }
    }
}
