package org.streamlitgateway.it.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DirectDecompress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.NeedsGateway;

/** Assets served from the cache: content codings, conditional requests and ranges. */
@NeedsGateway
class AssetCacheIT extends WithAssetCache {
    @Test
    void immutableAssetIsFetchedOnceAndServedWithItsHeaders() throws IOException {
        String target = asset("once");

        try (RawHttp client = fixture.http()) {
            RawResponse first = client.get(fixture.target(target));
            RawResponse second = client.get(fixture.target(target));

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
    void assetIsServedCompressedOnceEncodedWithoutDelay() throws IOException {
        String target = asset("gzip");

        try (RawHttp client = fixture.http()) {
            RawResponse first = client.get(fixture.target(target), "Accept-Encoding: gzip");
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
                "identity", fixture.upstream().requests(target).take().request().one("Accept-Encoding"));
    }

    @Test
    void browserGetsBrotliWhichIsSmallerThanGzip() throws IOException {
        String target = asset("brotli");
        Brotli4jLoader.ensureAvailability();

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse brotli = whenEncoded(client, target, "br");
            RawResponse browser = client.get(fixture.target(target), "Accept-Encoding: gzip, deflate, br, zstd");

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
    void acceptEncodingWeightsSelectCoding(String accept, String coding) throws IOException {
        String target = asset("weights-" + Integer.toHexString(accept.hashCode()) + "A");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            whenEncoded(client, target, "gzip");
            HttpHead head = client.get(fixture.target(target), "Accept-Encoding: " + accept)
                    .head();

            if (coding.equals("any")) {
                assertTrue(head.has("Content-Encoding"), head::toString);
            } else {
                assertEquals(coding, head.first("Content-Encoding"), head::toString);
            }
        }
    }

    @Test
    void headReturnsHeadersOfGet() throws IOException {
        String target = asset("head");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse head = client.exchange("HEAD", fixture.target(target));

            assertEquals(BODY.length, Integer.parseInt(head.head().one("Content-Length")));
            assertEquals(0, head.body().length);
            assertEquals(200, client.get(fixture.target(target)).status());
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
    void matchingConditionReturns304(String condition) throws IOException {
        String target = asset("conditional-" + Integer.toHexString(condition.hashCode()) + "A");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse response = client.get(fixture.target(target), condition);

            assertEquals(304, response.status());
            assertEquals("\"665b3e13\"", response.head().one("ETag"));
            assertTrue(response.head().has("Cache-Control"), response::toString);
            assertFalse(response.head().first("Content-Length").equals("0"), response::toString);
            assertEquals(200, client.get(fixture.target(target)).status());
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
    void unmetOrInvalidConditionReturnsWholeAsset(String field) throws IOException {
        String target = asset("whole-" + Integer.toHexString(field.hashCode()) + "A");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse response = client.get(fixture.target(target), field);

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
    void rangesAreTakenFromUnencodedContent(String range, int from, int to) throws IOException {
        String target = asset("range-" + from + "-" + to + "A");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse response = client.get(fixture.target(target), "Range: " + range, "Accept-Encoding: gzip");

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
    void rangeBeyondEndReturns416() throws IOException {
        String target = asset("beyond");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse response = client.get(fixture.target(target), "Range: bytes=400000-");

            assertEquals(416, response.status());
            assertEquals("bytes */400000", response.head().one("Content-Range"));
            assertEquals(200, client.get(fixture.target(target)).status());
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
    void ifRangeRequiresExactTagOrDate(String condition, int status) throws IOException {
        String target = asset("if-range-" + Integer.toHexString(condition.hashCode()) + "A");

        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            RawResponse response = client.get(fixture.target(target), "Range: bytes=0-9", "If-Range: " + condition);

            assertEquals(status, response.status());
        }
    }

    private RawResponse whenEncoded(RawHttp client, String target, String coding) throws IOException {
        long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
        while (true) {
            RawResponse response = client.get(fixture.target(target), "Accept-Encoding: " + coding);
            if (response.head().has("Content-Encoding")) {
                return response;
            }
            assertTrue(System.nanoTime() < deadline, "it was never served encoded");
        }
    }

    private static byte[] gunzip(byte[] encoded) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(encoded))) {
            return in.readAllBytes();
        }
    }
}
