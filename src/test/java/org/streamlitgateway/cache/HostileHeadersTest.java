package org.streamlitgateway.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.cache.header.ByteRange;
import org.streamlitgateway.cache.header.CacheControl;
import org.streamlitgateway.cache.header.CachePolicy;
import org.streamlitgateway.cache.header.ContentCoding;

/** Headers crafted to cost time or memory. */
class HostileHeadersTest {
    /** Header length, in characters; a quadratic parser takes minutes. */
    private static final int LENGTH = 400_000;

    private static final Duration LINEAR = Duration.ofSeconds(5);

    private static Stream<String> units() {
        return Stream.of(
                " ",
                "\t",
                ",",
                ", ",
                ";",
                "=",
                "-",
                "\"",
                "\\",
                "0",
                "0-0,",
                "W/",
                "\"\"",
                "\"a\" ",
                "W/\"a\"x",
                "gzip;q=0.5,",
                ";q=1",
                "*",
                "bytes=",
                "a");
    }

    @ParameterizedTest
    @MethodSource("units")
    void longHeadersAreParsedInLinearTime(String unit) {
        String filler = unit.repeat(LENGTH / unit.length());
        assertTimeoutPreemptively(LINEAR, () -> {
            for (String start : List.of("", "bytes=", "bytes=0-", "bytes =", "bytes", "gzip;q=", "\"", "max-age=")) {
                ByteRange.parse(start + filler, 1000);
                ByteRange.parse(start + filler + "x", 1000);
                isNotModified(start + filler, "\"\"");
                isNotModified(start + filler, "W/\"a\"");
                ContentCoding.GZIP.weight(start + filler);
                new CacheControl(List.of(start + filler)).freshSeconds();
                CachePolicy.isFingerprinted(start + filler + ".js");
            }
        });
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '#',
            delimiter = '|',
            value = {
                "*|\"a\"|true",
                "\"a\"|\"a\"|true",
                "W/\"a\"|\"a\"|true",
                "\"a\"|W/\"a\"|true",
                "\"b\", W/\"a\"|\"a\"|true",
                "\"b\",\"a\"|\"a\"|true",
                ", ,\"a\" ,|\"a\"|true",
                "\"x,\", \"a\"|\"a\"|true",
                "\"a\\\", \"b\"|\"a\\\"|true",
                "\"a,b\"|\"a,b\"|true",
                "\"a,b\"|\"b\"|false",
                "\"a--gzip\"|\"a\"|false",
                "\"ab\"|\"a\"|false",
                "\"b\"\"a\"|\"a\"|false",
                "x\"a\"|\"a\"|false",
                "\"a\"x|\"a\"|false",
                "\"a|\"a\"|false",
                "a|\"a\"|false",
            })
    void entityTagsAreComparedAsAWhole(String ifNoneMatch, String etag, boolean same) {
        assertEquals(same, isNotModified(ifNoneMatch, etag));
    }

    private static boolean isNotModified(String ifNoneMatch, String etag) {
        HttpServletRequest request = mock(HttpServletRequest.class);
        when(request.getDateHeader(anyString())).thenReturn(-1L);
        when(request.getHeader("If-None-Match")).thenReturn(ifNoneMatch);
        when(request.getHeaders("If-None-Match")).thenReturn(Collections.enumeration(List.of(ifNoneMatch)));
        return Preconditions.isNotModified(
                request, new Asset("key", List.of(new HttpField("ETag", etag)), new byte[1], 0, 60));
    }

    @Test
    void uncacheableKeysAreBoundedInBytes() {
        RecentKeys keys = new RecentKeys();
        for (int i = 0; i < 100_000; i++) {
            keys.add(i + "x".repeat(i % 2000));
        }
        keys.add("y".repeat(RecentKeys.MAX_BYTES));

        assertTrue(keys.bytes() <= RecentKeys.MAX_BYTES, () -> "bytes " + keys.bytes());
        assertTrue(keys.contains(99_999 + "x".repeat(99_999 % 2000)));
        assertFalse(keys.contains("0"));
    }

    @Test
    void tooLongKeyIsNotCached() {
        AssetCache cache = new AssetCache(1 << 20);
        HttpServletRequest request = mock(HttpServletRequest.class);
        when(request.getMethod()).thenReturn("GET");

        assertEquals(null, cache.key(request, "host", "/app", "/A-" + "A".repeat(60_000) + ".ABCDEF12.js"));
        assertEquals(
                "host\n/app /static/js/index.CcFifQPt.js",
                cache.key(request, "host", "/app", "/static/js/index.CcFifQPt.js"));
        cache.stop();
    }
}
