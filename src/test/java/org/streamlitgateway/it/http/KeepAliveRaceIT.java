package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Pace;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/**
 * Streamlit closes idle connections, possibly while the gateway sends the next request on one of them. Neither side is
 * at fault in this race, so no client may see a 502 for it.
 */
@NeedsGateway
class KeepAliveRaceIT extends OnEveryDeployment {
    private static final int REQUESTS = 200;

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "POST", "DELETE"})
    void closeAfterEachResponseNeverCauses502(String method) throws IOException {
        fixture.upstream().closeAfterEachResponse(true);
        byte[] body = PatternBytes.of(method.equals("GET") || method.equals("DELETE") ? 0 : 5000);

        try (RawHttp client = fixture.http()) {
            for (int i = 0; i < REQUESTS; i++) {
                RawResponse response = body.length == 0
                        ? client.exchange(method, fixture.target("/sink"))
                        : client.exchangeBody(method, fixture.target("/sink"), body);
                assertEquals(200, response.status(), "request " + i + ": " + response);
            }
        } finally {
            fixture.upstream().closeAfterEachResponse(false);
        }
    }

    @Test
    void requestDuringIdleCloseNeverCauses502() throws IOException {
        Duration idle = Duration.ofMillis(100);
        fixture.upstream().closeIdleAfter(idle);

        try (RawHttp client = fixture.http()) {
            Pace.every(idle, 40, count -> {
                RawResponse response = client.get(fixture.target("/echo-request"));
                assertEquals(200, response.status(), "request " + count + ": " + response);
            });
        } finally {
            fixture.upstream().closeIdleAfter(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void requestOnDeadReusedConnectionIsRetriedOnce(String method) throws IOException {
        // Forces the race: the request arrives on a connection that upstream has abandoned.
        AtomicBoolean died = new AtomicBoolean();
        String target = "/dies-when-reused/" + method;
        fixture.upstream().on(target, exchange -> {
            if (exchange.ordinal() > 1 && died.compareAndSet(false, true)) {
                exchange.close();
            } else {
                exchange.reply("200 OK", "answer");
            }
        });

        try (RawHttp client = fixture.http()) {
            for (int i = 0; i < 10; i++) {
                RawResponse response = client.exchange(method, fixture.target(target));
                assertEquals(200, response.status(), "request " + i + ": " + response);
            }
        }
        assertEquals(true, died.get(), "no connection was reused, so nothing was tested");
    }

    @Test
    void idleConnectionIsClosedBeforeFirewallDropsIt() throws IOException {
        String target = "/forgotten-while-idle";
        Recorder<Long> dropped = dropAfterFirstResponse(target);

        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target(target)).status());
            assertEquals(0, dropped.take(Duration.ofSeconds(15)), "bytes sent on the dropped connection");
            assertEquals(200, client.get(fixture.target(target)).status());
        }
    }

    @Test
    void assetIsRetriedWhenReusedConnectionWasDropped() throws IOException {
        Eventually.until("no pooled connection", () -> fixture.upstream().openConnections() == 0);
        String target = "/static/js/forgotten.js";
        Signal answered = new Signal("the other client has its answer");
        fixture.upstream().on("/slow-report", exchange -> {
            answered.await();
            exchange.reply("200 OK", "report");
        });

        try (RawHttp client = fixture.http();
                RawHttp slowClient = fixture.http()) {
            assertEquals(200, slowClient.get(fixture.target("/warm-up")).status());
            slowClient.send(slowClient.head("GET", fixture.target("/slow-report"))); // reuses the same connection
            fixture.upstream().requests("/slow-report").take();
            Recorder<Long> dropped = dropAfterFirstResponse(target);
            assertEquals(200, client.get(fixture.target(target)).status());

            assertEquals(200, client.get(fixture.target(target)).status());
            assertTrue(dropped.take() > 0, "the connection was not reused, so nothing was tested");
            answered.fire();
            assertEquals("report", slowClient.readResponse("GET").text());
        }
        fixture.upstream().requests("/slow-report").assertExhausted(); // it may be expensive, so it is not repeated
    }

    /** Records, for each such connection closed by the gateway, how many bytes followed the first response. */
    private Recorder<Long> dropAfterFirstResponse(String target) {
        Recorder<Long> dropped = new Recorder<>("end of the dropped connection");
        AtomicBoolean first = new AtomicBoolean(true);
        fixture.upstream().on(target, exchange -> {
            exchange.reply("200 OK", "answer");
            if (first.getAndSet(false)) {
                dropped.add(exchange.discard());
            }
        });
        return dropped;
    }

    @Test
    void postReadByUpstreamIsNotRetried() throws IOException {
        // RFC 9110 section 9.2.2: upstream may have processed it.
        String target = "/reads-and-dies";
        fixture.upstream().on(target, exchange -> {
            exchange.body().readAll();
            exchange.close();
        });

        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target("/warm-up")).status());
            RawResponse response = client.exchangeBody("POST", fixture.target(target), PatternBytes.of(100));

            assertEquals(502, response.status());
        }
        fixture.upstream().requests(target).take();
        fixture.upstream().requests(target).assertExhausted();
    }
}
