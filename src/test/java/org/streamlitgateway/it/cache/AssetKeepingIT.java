package org.streamlitgateway.it.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.NeedsGateway;

/** Assets that Streamlit marks as immutable are fetched once; everything else is fetched for each request. */
@NeedsGateway
class AssetKeepingIT extends WithAssetCache {
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
    void uncacheableResponseIsNotStored(String fields) throws IOException {
        String target = "/static/js/unkept." + Integer.toHexString(fields.hashCode()) + "Abcdefgh.js";
        String[] lines = fields.split("\\|");
        fixture.upstream().on(target, exchange -> exchange.reply("200 OK", BODY, lines));

        assertFetchedTwice(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "206 Partial Content", "301 Moved", "500 Broken"})
    void onlyStatus200IsStored(String status) throws IOException {
        String target = "/static/js/status." + status.substring(0, 3) + "Abcdefgh.js";
        fixture.upstream().on(target, exchange -> exchange.reply(status, "x", IMMUTABLE));

        assertFetchedTwice(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization: Basic eDp5", "Range: bytes=0-5"})
    void responseToRequestWithSuchFieldIsNotStored(String field) throws IOException {
        String target = asset("request-" + Integer.toHexString(field.hashCode()) + "A");

        assertFetchedTwice(target, field);
    }

    @Test
    void targetWithQueryIsNotStored() throws IOException {
        String target = asset("query") + "?v=1";

        assertFetchedTwice(target);
    }

    @Test
    void bodyOfUnknownLengthIsForwardedNotStored() throws IOException {
        String target = "/static/js/chunked.Abcdefgh1.js";
        fixture.upstream().on(target, exchange -> {
            exchange.startChunks("200 OK", IMMUTABLE, SCRIPT);
            exchange.chunk("a();");
            exchange.endChunks();
        });

        assertFetchedTwice(target);
    }

    @Test
    void truncatedBodyIsNeitherStoredNorCompleted() throws IOException {
        String target = "/static/js/broken.Abcdefgh1.js";
        fixture.upstream().on(target, exchange -> {
            exchange.startBody("200 OK", IMMUTABLE, SCRIPT, "content-length: 400000", "connection: close");
            exchange.writePattern(100_000);
        });
        try (RawHttp client = fixture.http()) {
            RawResponse broken = client.get(fixture.target(target));

            // aborted, or 502 if nothing had been sent yet
            assertFalse(broken.status() == 200 && broken.end() == End.COMPLETE, broken::toString);
        }

        fixture.upstream().on(target, immutable(BODY));
        try (RawHttp client = fixture.http()) {
            assertArrayEquals(BODY, client.get(fixture.target(target)).body());
        }
    }

    @Test
    void oversizedAssetIsForwardedNotStored() throws IOException {
        String target = "/static/media/large.Abcdefgh1.bin";
        fixture.upstream().on(target, exchange -> exchange.replyPattern(3_000_000, IMMUTABLE));

        try (RawHttp client = fixture.http()) {
            assertArrayEquals(
                    PatternBytes.of(3_000_000),
                    client.get(fixture.target(target)).body());
            assertArrayEquals(
                    PatternBytes.of(3_000_000),
                    client.get(fixture.target(target)).body());
        }
        assertEquals(2, fixture.upstream().requests(target).size());
    }

    @Test
    void fullCacheEvictsOldestAsset() throws IOException {
        try (RawHttp client = fixture.http()) {
            for (int i = 0; i < 12; i++) {
                String target = "/static/media/many" + i + ".Abcdefgh1.bin";
                fixture.upstream().on(target, exchange -> exchange.replyPattern(1_000_000, IMMUTABLE));
                client.get(fixture.target(target));
            }
            client.get(fixture.target("/static/media/many11.Abcdefgh1.bin"));
            client.get(fixture.target("/static/media/many0.Abcdefgh1.bin"));
        }
        assertEquals(
                1,
                fixture.upstream()
                        .requests("/static/media/many11.Abcdefgh1.bin")
                        .size());
        assertEquals(
                2,
                fixture.upstream().requests("/static/media/many0.Abcdefgh1.bin").size());
    }

    @Test
    void cachedAssetOutlivesAppUpgrade() throws IOException {
        // streamlit #10510: a tab opened before the deployment still requests the old names
        String target = asset("old");
        try (RawHttp client = fixture.http()) {
            client.get(fixture.target(target));
            fixture.upstream().on(target, exchange -> exchange.reply("404 Not Found", "gone"));

            assertArrayEquals(BODY, client.get(fixture.target(target)).body());
        }
    }

    private void assertFetchedTwice(String target, String... fieldLines) throws IOException {
        try (RawHttp client = fixture.http();
                RawHttp second = fixture.http()) { // Tomcat closes the connection after a 500
            RawResponse firstResponse = client.get(fixture.target(target), fieldLines);
            RawResponse secondResponse = second.get(fixture.target(target), fieldLines);

            assertArrayEquals(firstResponse.body(), secondResponse.body());
            assertFalse(secondResponse.head().has("Vary")
                    && secondResponse.head().has("Content-Encoding")
                    && !firstResponse.head().has("Content-Encoding"));
        }
        assertEquals(2, fixture.upstream().requests(target).size());
    }
}
