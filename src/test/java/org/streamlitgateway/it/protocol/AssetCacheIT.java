package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DirectDecompress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.Patience;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.it.Door;

/** What Streamlit marks as immutable is asked for once, and everything else as often as it is wanted. */
@EveryDoor
@NeedsGateway
class AssetCacheIT {
    private static final String IMMUTABLE = "cache-control: public, immutable, max-age=31536000";
    private static final String SCRIPT = "content-type: application/javascript";
    private static final String TAG = "etag: \"665b3e13\"";
    private static final String DATE = "last-modified: Wed, 21 Oct 2026 07:28:00 GMT";

    /** Compresses well, and is larger than any container's buffer. */
    private static final byte[] BODY =
            "const a = (b, c) => b + c; // Streamlit\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);

    @Parameter
    private Door door;

    private Rig rig;

    @BeforeParameterizedClassInvocation
    void start() throws IOException {
        rig = Rig.start(door, "asset-cache", "8M");
    }

    @AfterParameterizedClassInvocation
    void stop() {
        rig.close();
    }

    @Test
    void anImmutableAssetIsAskedForOnceAndServedWithItsHeaders() throws IOException {
        String target = asset("once");

        try (RawHttp client = rig.http()) {
            RawResponse first = client.get(rig.target(target));
            RawResponse second = client.get(rig.target(target));

            assertArrayEquals(BODY, first.body());
            assertArrayEquals(BODY, second.body());
            assertFalse(first.head().has("Age"), first::toString);
            assertTrue(Long.parseLong(second.head().one("Age")) < 60);
            assertEquals("Accept-Encoding", first.head().one("Vary"));
            for (String name :
                    List.of("ETag", "Last-Modified", "Content-Type", "Cache-Control", "Vary", "Content-Length")) {
                assertEquals(first.head().one(name), second.head().one(name), name);
            }
        }
        assertAskedOnce(target);
    }

    @Test
    void itIsSentCompressedAsSoonAsItIsAndNeverLate() throws IOException {
        String target = asset("gzip");

        try (RawHttp client = rig.http()) {
            RawResponse first = client.get(rig.target(target), "Accept-Encoding: gzip");
            RawResponse later = whenEncoded(client, target, "gzip");

            assertFalse(first.head().has("Content-Encoding"), first::toString);
            assertArrayEquals(BODY, first.body());
            assertEquals("gzip", later.head().one("Content-Encoding"));
            assertEquals("W/\"665b3e13\"", later.head().one("ETag"));
            assertEquals("Accept-Encoding", later.head().one("Vary"));
            assertEquals(later.body().length, Integer.parseInt(later.head().one("Content-Length")));
            assertArrayEquals(BODY, gunzip(later.body()));
        }
        assertEquals(
                "identity", rig.upstream().requests(target).take().request().one("Accept-Encoding"));
    }

    @Test
    void aBrowserGetsItInBrotliWhichIsSmallerYet() throws IOException {
        String target = asset("brotli");
        Brotli4jLoader.ensureAvailability();

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse brotli = whenEncoded(client, target, "br");
            RawResponse browser = client.get(rig.target(target), "Accept-Encoding: gzip, deflate, br, zstd");

            assertEquals("br", browser.head().one("Content-Encoding"));
            assertArrayEquals(brotli.body(), browser.body());
            DirectDecompress plain = DirectDecompress.decompress(browser.body());
            assertArrayEquals(BODY, plain.getDecompressedData());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'gzip;q=0', ''",
        "'gzip;q=0.5, identity;q=0.9', ''",
        "'br;q=0, gzip;q=0.1', gzip",
        "'x-gzip', gzip",
        "'deflate, zstd', ''",
        "'*', any",
        "'*;q=0, gzip', gzip",
    })
    void theClientsWeightsChooseTheForm(String accept, String coding) throws IOException {
        String target = asset("weights-" + Integer.toHexString(accept.hashCode()) + "A");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            whenEncoded(client, target, "gzip");
            HttpHead head =
                    client.get(rig.target(target), "Accept-Encoding: " + accept).head();

            if (coding.equals("any")) {
                assertTrue(head.has("Content-Encoding"), head::toString);
            } else {
                assertEquals(coding, head.first("Content-Encoding"), head::toString);
            }
        }
    }

    @Test
    void headGetsTheHeadersOfGet() throws IOException {
        String target = asset("head");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse head = client.exchange("HEAD", rig.target(target));

            assertEquals(BODY.length, Integer.parseInt(head.head().one("Content-Length")));
            assertEquals(0, head.body().length);
            assertEquals(200, client.get(rig.target(target)).status());
        }
        assertAskedOnce(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-None-Match: \"665b3e13\"",
                "If-None-Match: W/\"665b3e13\"",
                "If-None-Match: \"a,b\", W/\"665b3e13\" , \"c\"",
                "If-None-Match: *",
                "If-Modified-Since: Wed, 21 Oct 2026 07:28:00 GMT",
                "If-Modified-Since: Thu, 22 Oct 2026 00:00:00 GMT",
            })
    void whoHasItIsToldSo(String condition) throws IOException {
        String target = asset("conditional-" + Integer.toHexString(condition.hashCode()) + "A");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse response = client.get(rig.target(target), condition);

            assertEquals(304, response.status());
            assertEquals("\"665b3e13\"", response.head().one("ETag"));
            assertTrue(response.head().has("Cache-Control"), response::toString);
            assertFalse(response.head().first("Content-Length").equals("0"), response::toString);
            assertEquals(200, client.get(rig.target(target)).status());
        }
        assertAskedOnce(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-None-Match: \"other\"",
                "If-None-Match: \"x665b3e13\", \"665b3e13x\"",
                "If-Modified-Since: Tue, 20 Oct 2026 00:00:00 GMT",
                "If-Modified-Since: nonsense",
                "Range: lines=1-2",
                "Range: bytes=5-2",
                "Range: bytes=0-1,4-5",
                "If-Match: \"other\"",
            })
    void whatDoesNotHoldOrIsNotUnderstoodGetsAllOfIt(String field) throws IOException {
        String target = asset("whole-" + Integer.toHexString(field.hashCode()) + "A");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse response = client.get(rig.target(target), field);

            assertEquals(200, response.status());
            assertArrayEquals(BODY, response.body());
        }
        assertAskedOnce(target);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-9,0,10",
        "bytes=399990-,399990,400000",
        "bytes=-5,399995,400000",
        "bytes=100-999999999,100,400000"
    })
    void partsAreCutFromThePlainForm(String range, int from, int to) throws IOException {
        String target = asset("range-" + from + "-" + to + "A");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse response = client.get(rig.target(target), "Range: " + range, "Accept-Encoding: gzip");

            assertEquals(206, response.status());
            assertEquals(
                    "bytes " + from + "-" + (to - 1) + "/400000",
                    response.head().one("Content-Range"));
            assertEquals("\"665b3e13\"", response.head().one("ETag"));
            assertFalse(response.head().has("Content-Encoding"), response::toString);
            assertArrayEquals(Arrays.copyOfRange(BODY, from, to), response.body());
        }
    }

    @Test
    void aPartBeyondTheEndIsRefused() throws IOException {
        String target = asset("beyond");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse response = client.get(rig.target(target), "Range: bytes=400000-");

            assertEquals(416, response.status());
            assertEquals("bytes */400000", response.head().one("Content-Range"));
            assertEquals(200, client.get(rig.target(target)).status());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"665b3e13\"', 206",
        "'W/\"665b3e13\"', 200",
        "'\"other\"', 200",
        "'Wed, 21 Oct 2026 07:28:00 GMT', 206",
        "'Thu, 22 Oct 2026 07:28:00 GMT', 200",
    })
    void ifRangeNeedsTheVeryTagOrDate(String condition, int status) throws IOException {
        String target = asset("if-range-" + Integer.toHexString(condition.hashCode()) + "A");

        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            RawResponse response = client.get(rig.target(target), "Range: bytes=0-9", "If-Range: " + condition);

            assertEquals(status, response.status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cache-control: public, max-age=31536000",
                "cache-control: immutable",
                "cache-control: immutable, max-age=0",
                "cache-control: immutable, max-age=31536000, private",
                "cache-control: immutable, max-age=31536000, private=\"x\"",
                "cache-control: immutable, max-age=31536000, no-store",
                "cache-control: immutable, max-age=31536000, no-cache",
                "cache-control: immutable, max-age=31536000, s-maxage=0",
                IMMUTABLE + "|set-cookie: a=b",
                IMMUTABLE + "|vary: Cookie",
                IMMUTABLE + "|vary: *",
                IMMUTABLE + "|vary: Accept-Encoding, Origin",
                IMMUTABLE + "|content-encoding: br",
                IMMUTABLE + "|age: 31536000",
            })
    void whatMustNotBeKeptIsNot(String fields) throws IOException {
        String target = "/static/js/unkept." + Integer.toHexString(fields.hashCode()) + "Abcdefgh.js";
        String[] lines = fields.split("\\|");
        rig.upstream().on(target, exchange -> exchange.reply("200 OK", BODY, lines));

        assertAskedTwice(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "206 Partial Content", "301 Moved", "500 Broken"})
    void onlyTheStatus200IsKept(String status) throws IOException {
        String target = "/static/js/status." + status.substring(0, 3) + "Abcdefgh.js";
        rig.upstream().on(target, exchange -> exchange.reply(status, "x", IMMUTABLE));

        assertAskedTwice(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization: Basic eDp5", "Range: bytes=0-5"})
    void theAnswerToSuchARequestIsNotKept(String field) throws IOException {
        String target = asset("request-" + Integer.toHexString(field.hashCode()) + "A");

        assertAskedTwice(target, field);
    }

    @Test
    void anAddressWithAQueryIsNotKept() throws IOException {
        String target = asset("query") + "?v=1";

        assertAskedTwice(target);
    }

    @Test
    void aBodyOfUnknownLengthIsPassedOnAndNotKept() throws IOException {
        String target = "/static/js/chunked.Abcdefgh1.js";
        rig.upstream().on(target, exchange -> {
            exchange.startChunks("200 OK", IMMUTABLE, SCRIPT);
            exchange.chunk("a();");
            exchange.endChunks();
        });

        assertAskedTwice(target);
    }

    @Test
    void aBodyThatBreaksOffIsNotKeptAndNotTakenForWhole() throws IOException {
        String target = "/static/js/broken.Abcdefgh1.js";
        rig.upstream().on(target, exchange -> {
            exchange.startBody("200 OK", IMMUTABLE, SCRIPT, "content-length: 400000", "connection: close");
            exchange.writePattern(100_000);
        });
        try (RawHttp client = rig.http()) {
            RawResponse broken = client.get(rig.target(target));

            assertFalse(broken.end() == End.COMPLETE, broken::toString);
        }

        rig.upstream().on(target, FakeAssets.immutable(BODY));
        try (RawHttp client = rig.http()) {
            assertArrayEquals(BODY, client.get(rig.target(target)).body());
        }
    }

    @Test
    void anAssetThatIsTooLargeIsPassedOn() throws IOException {
        String target = "/static/media/large.Abcdefgh1.bin";
        rig.upstream().on(target, exchange -> exchange.replyPattern(3_000_000, IMMUTABLE));

        try (RawHttp client = rig.http()) {
            assertArrayEquals(
                    PatternBytes.of(3_000_000), client.get(rig.target(target)).body());
            assertArrayEquals(
                    PatternBytes.of(3_000_000), client.get(rig.target(target)).body());
        }
        assertEquals(2, rig.upstream().requests(target).size());
    }

    @Test
    void moreThanTheBoundPushesTheOldestOut() throws IOException {
        try (RawHttp client = rig.http()) {
            for (int i = 0; i < 12; i++) {
                String target = "/static/media/many" + i + ".Abcdefgh1.bin";
                rig.upstream().on(target, exchange -> exchange.replyPattern(1_000_000, IMMUTABLE));
                client.get(rig.target(target));
            }
            client.get(rig.target("/static/media/many11.Abcdefgh1.bin"));
            client.get(rig.target("/static/media/many0.Abcdefgh1.bin"));
        }
        assertEquals(
                1, rig.upstream().requests("/static/media/many11.Abcdefgh1.bin").size());
        assertEquals(
                2, rig.upstream().requests("/static/media/many0.Abcdefgh1.bin").size());
    }

    @Test
    void anOldAssetOutlivesAnUpgradeOfTheApp() throws IOException {
        // streamlit #10510: a tab that was opened before the deployment still asks for the old names
        String target = asset("old");
        try (RawHttp client = rig.http()) {
            client.get(rig.target(target));
            rig.upstream().on(target, exchange -> exchange.reply("404 Not Found", "gone"));

            assertArrayEquals(BODY, client.get(rig.target(target)).body());
        }
    }

    @Test
    void aHundredClientsWaitForOneRequest() throws IOException {
        String target = "/static/js/hundred.Abcdefgh1.js";
        Signal go = new Signal("a hundred have asked");
        rig.upstream().on(target, exchange -> {
            go.await();
            FakeAssets.immutable(BODY).play(exchange);
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
        rig.upstream().on(target, exchange -> {
            boolean first = rig.upstream().requests(target).size() == 1;
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
        String target = "/static/js/leader.Abcdefgh1.js";
        Signal go = new Signal("all have asked");
        rig.upstream().on(target, exchange -> {
            if (rig.upstream().requests(target).size() == 1) {
                go.await();
                exchange.startBody("200 OK", IMMUTABLE, "content-length: 400000", "connection: close");
                exchange.writePattern(1000);
            } else {
                FakeAssets.immutable(BODY).play(exchange);
            }
        });
        List<RawHttp> clients = ask(target, 10);
        go.give();

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
        assertEquals(2, rig.upstream().requests(target).size());
    }

    @Test
    void aSlowLeaderDoesNotHoldOthersUpForLong() throws IOException {
        String target = "/static/js/slow.Abcdefgh1.js";
        Signal never = new Signal("the others have their answer");
        rig.upstream().on(target, exchange -> {
            if (rig.upstream().requests(target).size() == 1) {
                never.await();
            }
            FakeAssets.immutable(BODY).play(exchange);
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
        rig.upstream().on(target, exchange -> exchange.replyPattern(2_000_000, IMMUTABLE));

        try (RawHttp slow = RawHttp.connectSlowReader(rig.uri());
                RawHttp other = rig.http()) {
            slow.send(slow.head("GET", rig.target(target)));

            assertArrayEquals(
                    PatternBytes.of(2_000_000), other.get(rig.target(target)).body());
            assertArrayEquals(
                    PatternBytes.of(2_000_000), slow.readResponse("GET").body());
        }
        assertAskedOnce(target);
    }

    @Test
    void theAssetIsKeptWhenItsFirstClientLeaves() throws IOException {
        String target = "/static/media/leaver.Abcdefgh1.bin";
        Signal left = new Signal("the client has left");
        rig.upstream().on(target, exchange -> {
            exchange.startBody("200 OK", IMMUTABLE, "content-length: 1000000");
            exchange.writePattern(300_000);
            left.await();
            exchange.raw("x".repeat(700_000));
        });
        try (RawHttp client = rig.http()) {
            client.send(client.head("GET", rig.target(target)));
            client.readHead();
            client.reset();
        }
        left.give();
        try (RawHttp other = rig.http()) {
            assertEquals(1_000_000, other.get(rig.target(target)).body().length);
        }
        assertAskedOnce(target);
    }

    /** Has it served by Streamlit under a name with a fingerprint. */
    private String asset(String name) {
        String target = "/static/js/" + name + ".CcFifQPt.js";
        rig.upstream().on(target, FakeAssets.immutable(BODY));
        return target;
    }

    private List<RawHttp> ask(String target, int clients) throws IOException {
        List<RawHttp> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            RawHttp client = rig.http();
            client.send(client.head("GET", rig.target(target)));
            all.add(client);
            if (i == 0) {
                Patience.until(
                        "the first request",
                        () -> rig.upstream().requests(target).size() > 0);
            }
        }
        return all;
    }

    private RawResponse whenEncoded(RawHttp client, String target, String coding) throws IOException {
        long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
        while (true) {
            RawResponse response = client.get(rig.target(target), "Accept-Encoding: " + coding);
            if (response.head().has("Content-Encoding")) {
                return response;
            }
            assertTrue(System.nanoTime() < deadline, "it was never sent encoded");
        }
    }

    private void assertAskedOnce(String target) {
        assertEquals(1, rig.upstream().requests(target).size());
    }

    private void assertAskedTwice(String target, String... fieldLines) throws IOException {
        try (RawHttp client = rig.http()) {
            RawResponse first = client.get(rig.target(target), fieldLines);
            RawResponse second = client.get(rig.target(target), fieldLines);

            assertArrayEquals(first.body(), second.body());
            assertFalse(second.head().has("Vary")
                    && second.head().has("Content-Encoding")
                    && !first.head().has("Content-Encoding"));
        }
        assertEquals(2, rig.upstream().requests(target).size());
    }

    private static byte[] gunzip(byte[] encoded) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(encoded))) {
            return in.readAllBytes();
        }
    }

    private static final class FakeAssets {
        private FakeAssets() {}

        static FakeStreamlit.Script immutable(byte[] body) {
            return exchange -> exchange.reply("200 OK", body, IMMUTABLE, SCRIPT, TAG, DATE, "accept-ranges: bytes");
        }
    }
}
