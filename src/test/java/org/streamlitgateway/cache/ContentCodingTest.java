package org.streamlitgateway.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.cache.header.ByteRange;
import org.streamlitgateway.cache.header.CacheControl;
import org.streamlitgateway.cache.header.CachePolicy;
import org.streamlitgateway.cache.header.ContentCoding;

/** Content coding, range and freshnessLifetimeIsParsed of a cached response. */
class ContentCodingTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, IDENTITY",
                "'', IDENTITY",
                "'gzip, deflate, br, zstd', BROTLI",
                "'gzip, deflate', GZIP",
                "'GZIP', GZIP",
                "'x-gzip', GZIP",
                "'br;q=0.5, gzip;q=0.8', GZIP",
                "'br;q=0, gzip;q=0', IDENTITY",
                "'gzip;q=nonsense', IDENTITY",
                "'gzip;q=0.2, identity;q=0.3', IDENTITY",
                "'*', BROTLI",
                "'*;q=0', IDENTITY",
                "'br;q=0, *', GZIP",
                "'identity;q=0', IDENTITY",
                "'gzip;q=NaN, br;q=0.1', BROTLI",
                "'gzip;q=Infinity, br;q=0.1', BROTLI",
                "'gzip;q=1e9, br;q=0.1', BROTLI",
                "'gzip;q=0.123, br;q=0.124', BROTLI",
                "'gzip;q=1.000, br;q=0.999', GZIP",
            })
    void preferredAvailableCodingIsChosen(String accept, ContentCoding expected) {
        Asset asset = new Asset("app /x.js", List.of(), new byte[100], 0, 60);
        asset.add(ContentCoding.GZIP, new byte[10]);
        asset.add(ContentCoding.BROTLI, new byte[9]);

        assertEquals(expected, asset.choose(accept));
    }

    @Test
    void brotliCompressesWell() {
        byte[] plain = "function a() { return 1; }\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        int length = Brotli.compress(plain).length;

        assertTrue(length < plain.length / 10, () -> "length " + length); // 0 without the native library
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/static/js/index.CcFifQPt.js",
                "/static/worker-HsqVkzlQ.js",
                "/static/js/_arrayReduce.CiwPAjrV.js",
                "/static/media/SourceSansVF-Upright.ttf.BsWL4Kly.woff2",
                "/static/js/main.0a1b2c3d.js",
            })
    void fingerprintedNamesAreRecognised(String path) {
        assertTrue(CachePolicy.isFingerprinted(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/favicon.png",
                "/index.html",
                "/static/js/styled-components.js",
                "/media/0123456789abcdef0123456789abcdef.png/x",
                "/_stcore/health",
                "/Abcdefgh1.d/x",
                "/component/a.b/longname.js",
            })
    void otherNamesHaveNoFingerprint(String path) {
        assertEquals(false, CachePolicy.isFingerprinted(path));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "bytes=0-0, 0, 1",
                "bytes=0-, 0, 100",
                "bytes=90-200, 90, 100",
                "bytes=-10, 90, 100",
                "bytes=-1000, 0, 100",
                "'Bytes = 1 - 2 ', 1, 3",
                "bytes=100-, 0, 0",
                "bytes=99999999999999999999-, 0, 0",
                "bytes=0-99999999999999999999, 0, 100",
                "bytes=-0, 0, 0",
            })
    void validRangeIsClippedToTheBody(String header, int start, int end) {
        assertEquals(new ByteRange(start, end), ByteRange.parse(header, 100));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=",
                "bytes=-",
                "bytes=2-1",
                "bytes=0-1,3-4",
                "lines=0-1",
                "bytes=a-b",
                "",
                "bytes",
                "=0-1",
                "bytes=0 1-2",
                "bytes=0--1"
            })
    void invalidRangeIsIgnored(String header) {
        assertEquals(null, ByteRange.parse(header, 100));
    }

    @ParameterizedTest
    @CsvSource({
        "'public, immutable, max-age=10', 10",
        "'MAX-AGE=10', 10",
        "'max-age=\"10\"', 10",
        "'max-age=10, max-age=20', 10",
        "'s-maxage=5, max-age=10', 5",
        "'max-age=-1', 0",
        "'max-age=', 0",
        "'private=\"a, max-age=10\"', 0",
        "'', 0",
    })
    void freshnessLifetimeIsParsed(String control, long seconds) {
        assertEquals(seconds, new CacheControl(List.of(control)).freshSeconds());
    }
}
