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

/** When bytes are passed on: at once, and for as long as they keep coming. */
class HttpStreamingIT extends OnEveryDeployment {
    /** The silence that this gateway forgives an upstream. */
    private static final String UPSTREAM_TIMEOUT = "4s";

    /** Twelve steps of this are longer than the time-out in total, and each is far shorter. */
    private static final Duration STEP = Duration.ofMillis(400);

    @Override
    protected String[] options() {
        return new String[] {"upstream-timeout", UPSTREAM_TIMEOUT, "client-timeout", UPSTREAM_TIMEOUT};
    }

    @Test
    void theResponseBeginsWhenUpstreamsDoes() throws IOException {
        Signal headSeen = new Signal("the client has the head");
        fixture.upstream().on("/head-first", exchange -> {
            exchange.startBody("200 OK", "Content-Length: 4");
            headSeen.await();
            exchange.raw("body");
        });

        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target("/head-first")));
            HttpHead head = client.readHead();
            headSeen.give();

            assertEquals("body", new String(client.body(head, "GET").readAll(), UTF_8));
        }
    }

    @Test
    void serverSentEventsArriveOneByOne() throws IOException {
        // jetty.project #3459, #12323: a proxy that flushes when its buffer is full shows a stream at its end.
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
            firstSeen.give();

            assertEquals("data: 2\n\n", new String(body.readAll(), UTF_8));
            assertEquals(End.COMPLETE, body.end());
        }
    }

    @Test
    void aSlowBodyOfKnownLengthArrivesAsItComes() throws IOException {
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
            firstSeen.give();

            assertEquals("other", new String(body.readAll(), UTF_8));
        }
    }

    @Test
    void anUploadReachesUpstreamAsItComes() throws IOException {
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
    void aSlowDownloadThatNeverRestsOutlivesTheTimeout() throws IOException {
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
    void aSlowUploadThatNeverRestsOutlivesTheTimeout() throws IOException {
        // streamlit #2312, #3342: people on slow lines upload for minutes.
        try (RawHttp client = fixture.http()) {
            client.send(client.head("PUT", fixture.target("/echo-body"), "Content-Length: 12"));
            Pace.every(STEP, 12, count -> client.send("x"));

            assertEquals("x".repeat(12), client.readResponse("PUT").text());
        }
    }

    @Test
    @NeedsGateway
    void anUpstreamThatFallsSilentInsideABodyEndsTheResponseAsBroken() throws IOException {
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
    void bodyIsAskedForWith100AndArrives() throws IOException {
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
    void aRefusedExpectationIsAnsweredWithoutTheBody() throws IOException {
        fixture.upstream()
                .on("/refuse-expect", exchange -> exchange.reply("413 Too Large", "too large", "Connection: close"));

        try (RawHttp client = fixture.http()) {
            client.send(client.head(
                    "PUT", fixture.target("/refuse-expect"), "Expect: 100-continue", "Content-Length: 1000000"));
            RawResponse response = client.readResponse("PUT");

            assertEquals(413, response.status());
            assertEquals("too large", response.text());
            if (deployment.embedded()) {
                // Tomcat asks for the body at once, whatever the application says later.
                assertEquals(List.of(), response.interim());
            }
        }
    }

    /** More than fits into any buffer, so that it is still on its way when the exchange upstream is over. */
    @Test
    void aLongRefusalOfAnExpectationArrivesWhole() throws IOException {
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
    void aClientThatLeavesDuringALongRefusalLeavesNothingBehind() throws IOException {
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
    void anEarlyAnswerToALargeUploadReachesTheClient() throws IOException {
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
    void interimResponsesDoNotDisturbTheFinalOne(String interim) throws IOException {
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
