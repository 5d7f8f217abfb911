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

/** Many want the same asset at once: one asks for it, and nobody is held up by another for long. */
@NeedsGateway
class AssetCrowdIT extends WithAssetCache {
    @Test
    void aHundredClientsWaitForOneRequest() throws IOException {
        String target = "/static/js/hundred.Abcdefgh1.js";
        Signal go = new Signal("a hundred have asked");
        fixture.upstream().on(target, exchange -> {
            go.await();
            immutable(BODY).play(exchange);
        });
        List<RawHttp> clients = ask(target, 100);
        go.give();

        for (RawHttp client : clients) {
            assertArrayEquals(BODY, client.readResponse("GET").body());
            client.close();
        }
        assertAskedOnce(target);
    }

    @Test
    void othersDoNotWaitForAnAnswerThatIsNotKept() throws IOException {
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
        done.give();
        assertEquals("abcd", clients.get(0).readResponse("GET").text());
        clients.get(0).close();
    }

    @Test
    void aLeaderWhoseConnectionBreaksFailsNobodyElse() throws IOException {
        boolean atOnce = false;
        for (int i = 0; i < 3 && !atOnce; i++) { // a busy machine may need several
            atOnce = breakALeader("/static/js/leader" + i + ".Abcdefgh1.js");
        }
        assertTrue(atOnce, "ten clients did not come to ask within four seconds");
    }

    /** False when the others had waited so long already that some may have gone by themselves. */
    private boolean breakALeader(String target) throws IOException {
        Signal go = new Signal("all have asked");
        fixture.upstream().on(target, exchange -> {
            if (fixture.upstream().requests(target).size() == 1) {
                go.await();
                exchange.startBody("200 OK", IMMUTABLE, "content-length: 400000", "connection: close");
                exchange.writePattern(1000);
            } else {
                immutable(BODY).play(exchange);
            }
        });
        long asked = System.nanoTime();
        List<RawHttp> clients = ask(target, 10);
        go.give();
        boolean atOnce = System.nanoTime() - asked < Duration.ofSeconds(4).toNanos();

        int broken = 0; // whichever of them was first: cut, or 502 if nothing had gone out yet
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
        if (atOnce) {
            assertEquals(2, fixture.upstream().requests(target).size());
        }
        return atOnce;
    }

    @Test
    void aSlowLeaderDoesNotHoldOthersUpForLong() throws IOException {
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
        never.give();
        for (RawHttp client : clients) {
            client.close();
        }
    }

    @Test
    void aSlowFirstClientHoldsNobodyUp() throws IOException {
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
    void theAssetIsKeptWhenItsFirstClientLeaves() throws IOException {
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
        left.give();
        try (RawHttp other = fixture.http()) {
            assertEquals(1_000_000, other.get(fixture.target(target)).body().length);
        }
        assertAskedOnce(target);
    }

    @Test
    void anAssetThatStopsComingEndsThoughItsFirstClientHasLeft() throws IOException {
        String target = "/static/media/stalled.Abcdefgh1.bin";
        Recorder<End> ends = new Recorder<>("end upstream");
        AtomicBoolean first = new AtomicBoolean(true);
        try (GatewayFixture impatient =
                GatewayFixture.start(deployment, "asset-cache", "8M", "upstream-timeout", "1s")) {
            impatient.upstream().on(target, exchange -> {
                if (!first.getAndSet(false)) {
                    immutable(BODY).play(exchange);
                    return;
                }
                exchange.startBody("200 OK", IMMUTABLE, "content-length: 1000000");
                exchange.writePattern(300_000);
                ends.add(exchange.awaitEnd());
            });
            try (RawHttp client = impatient.http()) {
                client.send(client.head("GET", impatient.target(target)));
                client.readHead();
                client.reset();
            }
            ends.take(Duration.ofSeconds(15));
            impatient.upstream().requests(target).take();
            try (RawHttp other = impatient.http()) {
                other.send(other.head("GET", impatient.target(target)));
                impatient.upstream().requests(target).take(Duration.ofSeconds(4)); // it does not wait for the first
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
