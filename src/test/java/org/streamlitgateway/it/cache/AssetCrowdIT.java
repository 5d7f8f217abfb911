package org.streamlitgateway.it.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;

/** Concurrent requests for the same asset: one of them fetches it, and no client delays another for long. */
@NeedsGateway
class AssetCrowdIT extends WithAssetCache {
    @Test
    void hundredClientsShareOneUpstreamRequest() throws IOException {
        String target = "/static/js/hundred.Abcdefgh1.js";
        Signal go = new Signal("a hundred clients have sent their request");
        fixture.upstream().on(target, exchange -> {
            go.await();
            immutable(BODY).play(exchange);
        });
        List<RawHttp> clients = ask(target, 100);
        go.fire();

        for (RawHttp client : clients) {
            assertArrayEquals(BODY, client.readResponse("GET").body());
            client.close();
        }
        assertAskedOnce(target);
    }

    @Test
    void uncacheableResponseReleasesWaitingClients() throws IOException {
        String target = "/static/js/unkept-stream.Abcdefgh1.js";
        Signal done = new Signal("the others have their answer");
        fixture.upstream().on(target, exchange -> {
            boolean first = fixture.upstream().requests(target).size() == 1;
            exchange.startBody("200 OK", "content-length: 4", "cache-control: no-cache");
            exchange.raw("ab");
            if (first) {
                done.await();
            }
            exchange.raw("cd");
        });
        List<RawHttp> clients = ask(target, 5);
        List<RawHttp> others = new ArrayList<>(clients.subList(1, 5));

        for (RawHttp client : others) {
            assertEquals("abcd", client.readResponse("GET").text());
            client.close();
        }
        done.fire();
        assertEquals("abcd", clients.get(0).readResponse("GET").text());
        clients.get(0).close();
    }

    @Test
    void brokenFirstFetchDoesNotFailWaitingClients() throws IOException {
        boolean inTime = false;
        for (int i = 0; i < 3 && !inTime; i++) { // a busy machine may need several attempts
            inTime = breakFirstFetch("/static/js/leader" + i + ".Abcdefgh1.js");
        }
        assertTrue(inTime, "ten clients did not send their request within four seconds");
    }

    /** Returns false when the waiting clients had already waited so long that some may have continued by themselves. */
    private boolean breakFirstFetch(String target) throws IOException {
        Signal go = new Signal("all clients have sent their request");
        fixture.upstream().on(target, exchange -> {
            if (fixture.upstream().requests(target).size() == 1) {
                go.await();
                exchange.startBody("200 OK", IMMUTABLE, "content-length: 400000", "connection: close");
                exchange.writePattern(1000);
            } else {
                immutable(BODY).play(exchange);
            }
        });
        long requestedAt = System.nanoTime();
        List<RawHttp> clients = ask(target, 10);
        go.fire();
        boolean inTime = System.nanoTime() - requestedAt < Duration.ofSeconds(4).toNanos();

        int broken = 0; // the first client fails: aborted, or 502 if nothing had been sent yet
        for (RawHttp client : clients) {
            RawResponse answer = client.readResponse("GET");
            if (answer.end() == End.COMPLETE && answer.status() == 200) {
                assertArrayEquals(BODY, answer.body());
            } else {
                broken++;
            }
            client.close();
        }
        assertEquals(1, broken);
        if (inTime) {
            assertEquals(2, fixture.upstream().requests(target).size());
        }
        return inTime;
    }

    @Test
    void slowFirstFetchDelaysOthersOnlyBriefly() throws IOException {
        String target = "/static/js/slow.Abcdefgh1.js";
        Signal never = new Signal("the others have their answer");
        fixture.upstream().on(target, exchange -> {
            if (fixture.upstream().requests(target).size() == 1) {
                never.await();
            }
            immutable(BODY).play(exchange);
        });
        List<RawHttp> clients = ask(target, 3);

        for (RawHttp client : clients.subList(1, 3)) {
            assertArrayEquals(BODY, client.readResponse("GET").body());
        }
        never.fire();
        for (RawHttp client : clients) {
            client.close();
        }
    }

    @Test
    void slowFirstClientDelaysNobody() throws IOException {
        String target = "/static/media/slow-client.Abcdefgh1.bin";
        fixture.upstream().on(target, exchange -> exchange.replyPattern(2_000_000, IMMUTABLE));

        try (RawHttp slow = RawHttp.connectSlowReader(fixture.uri());
                RawHttp other = fixture.http()) {
            slow.send(slow.head("GET", fixture.target(target)));

            assertArrayEquals(
                    PatternBytes.of(2_000_000),
                    other.get(fixture.target(target)).body());
            assertArrayEquals(
                    PatternBytes.of(2_000_000), slow.readResponse("GET").body());
        }
        assertAskedOnce(target);
    }

    @Test
    void assetIsCachedWhenFirstClientDisconnects() throws IOException {
        String target = "/static/media/leaver.Abcdefgh1.bin";
        Signal left = new Signal("the client has left");
        fixture.upstream().on(target, exchange -> {
            exchange.startBody("200 OK", IMMUTABLE, "content-length: 1000000");
            exchange.writePattern(300_000);
            left.await();
            exchange.raw("x".repeat(700_000));
        });
        try (RawHttp client = fixture.http()) {
            client.send(client.head("GET", fixture.target(target)));
            client.readHead();
            client.reset();
        }
        left.fire();
        try (RawHttp other = fixture.http()) {
            assertEquals(1_000_000, other.get(fixture.target(target)).body().length);
        }
        assertAskedOnce(target);
    }

    @Test
    void stalledAssetTimesOutAfterFirstClientDisconnected() throws IOException {
        String target = "/static/media/stalled.Abcdefgh1.bin";
        Recorder<End> ends = new Recorder<>("end upstream");
        AtomicBoolean first = new AtomicBoolean(true);
        try (GatewayFixture shortTimeout =
                GatewayFixture.start(deployment, "asset-cache", "8M", "upstream-timeout", "1s")) {
            shortTimeout.upstream().on(target, exchange -> {
                if (!first.getAndSet(false)) {
                    immutable(BODY).play(exchange);
                    return;
                }
                exchange.startBody("200 OK", IMMUTABLE, "content-length: 1000000");
                exchange.writePattern(300_000);
                ends.add(exchange.awaitEnd());
            });
            try (RawHttp client = shortTimeout.http()) {
                client.send(client.head("GET", shortTimeout.target(target)));
                client.readHead();
                client.reset();
            }
            ends.take(Duration.ofSeconds(15));
            shortTimeout.upstream().requests(target).take();
            try (RawHttp other = shortTimeout.http()) {
                other.send(other.head("GET", shortTimeout.target(target)));
                shortTimeout
                        .upstream()
                        .requests(target)
                        .take(Duration.ofSeconds(4)); // without waiting for the first client
                assertArrayEquals(BODY, other.readResponse("GET").body());
            }
        }
    }

    private List<RawHttp> ask(String target, int clients) throws IOException {
        List<RawHttp> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            RawHttp client = fixture.http();
            client.send(client.head("GET", fixture.target(target)));
            all.add(client);
            if (i == 0) {
                Eventually.until(
                        "the first request",
                        () -> fixture.upstream().requests(target).size() > 0);
            }
        }
        return all;
    }
}
