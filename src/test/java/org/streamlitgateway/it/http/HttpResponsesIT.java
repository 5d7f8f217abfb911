package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.OnEveryDeployment;

/** Every kind of response reaches the client as Streamlit sent it. */
class HttpResponsesIT extends OnEveryDeployment {
    @Test
    void uploadReturns204AndConnectionStaysOpen() throws IOException {
        String target = "/_stcore/upload_file/session/file";

        try (RawHttp client = fixture.http()) {
            RawResponse response =
                    client.exchangeBody("PUT", fixture.target(target), PatternBytes.of(9000), "X-Xsrftoken: token");

            assertEquals(204, response.status());
            assertFalse(response.head().has("Transfer-Encoding"), response::toString);
            assertEquals(200, client.get(fixture.target("/after-204")).status());
        }
        assertEquals(
                "token", fixture.upstream().requests(target).take().request().one("X-Xsrftoken"));
    }

    @Test
    void headReturnsHeadersOfGetWithoutBody() throws IOException {
        try (RawHttp client = fixture.http()) {
            RawResponse response = client.exchange("HEAD", fixture.target("/media/picture.png"));

            assertEquals(200, response.status());
            assertEquals("1000", response.head().one("Content-Length"));
            assertEquals("ok", client.get(fixture.target("/_stcore/health")).text());
        }
        assertEquals(
                "HEAD",
                fixture.upstream()
                        .requests("/media/picture.png")
                        .take()
                        .request()
                        .method());
    }

    @Test
    void notModifiedKeepsItsValidatorAndHasNoBody() throws IOException {
        fixture.upstream().on("/etag", exchange -> {
            assertEquals("\"v1\"", exchange.request().one("If-None-Match"));
            exchange.replyHead("304 Not Modified", "ETag: \"v1\"", "Cache-Control: no-cache");
        });

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/etag"), "If-None-Match: \"v1\"");

            assertEquals(304, response.status());
            assertEquals("\"v1\"", response.head().one("ETag"));
            assertEquals("no-cache", response.head().one("Cache-Control"));
            assertEquals("ok", client.get(fixture.target("/_stcore/health")).text());
        }
    }

    @Test
    void rangesPassInBothDirections() throws IOException {
        try (RawHttp client = fixture.http()) {
            RawResponse part = client.get(fixture.target("/media/picture.png?range"), "Range: bytes=100-199");
            RawResponse none = client.get(fixture.target("/media/picture.png?range"), "Range: bytes=5000-6000");

            assertEquals(206, part.status());
            assertEquals("bytes 100-199/1000", part.head().one("Content-Range"));
            assertEquals(100, part.body().length);
            assertEquals(416, none.status());
            assertEquals("bytes */1000", none.head().one("Content-Range"));
        }
    }

    @Test
    void compressedContentIsUnchanged() throws IOException {
        byte[] notEvenGzip = PatternBytes.of(5000);
        fixture.upstream()
                .on("/gzip", exchange -> exchange.reply("200 OK", notEvenGzip, "Content-Encoding: gzip", "Vary: a, b"));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/gzip"), "Accept-Encoding: gzip, br;q=0.5");

            assertArrayEquals(notEvenGzip, response.body());
            assertEquals("gzip", response.head().one("Content-Encoding"));
            assertEquals("a, b", response.head().one("Vary"));
        }
        assertEquals(
                "gzip, br;q=0.5",
                fixture.upstream().requests("/gzip").take().request().one("Accept-Encoding"));
    }

    @Test
    void setCookieLinesStaySeparateAndInOrder() throws IOException {
        fixture.upstream()
                .on(
                        "/cookies",
                        exchange -> exchange.reply(
                                "200 OK",
                                "",
                                "Set-Cookie: a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
                                "Set-Cookie: b=2; HttpOnly",
                                "Set-Cookie: a=3"));

        try (RawHttp client = fixture.http()) {
            List<String> cookies = client.get(fixture.target("/cookies")).head().all("Set-Cookie");

            assertEquals(3, cookies.size(), cookies::toString);
            assertEquals("a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT", cookies.get(0));
            assertEquals("b=2; HttpOnly", cookies.get(1));
            assertEquals("a=3", cookies.get(2));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsAreForwardedNotFollowed(int status) throws IOException {
        String target = "/redirect/" + status;
        fixture.upstream()
                .on(
                        target,
                        exchange -> exchange.reply(
                                status + " Redirect", "moved", "Location: https://login.example/authorize?a=%2F"));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target(target));

            assertEquals(status, response.status());
            assertEquals(
                    "https://login.example/authorize?a=%2F", response.head().one("Location"));
            assertEquals("moved", response.text());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 413, 418, 429, 500, 502, 503, 504})
    void upstreamErrorsKeepStatusAndBody(int status) throws IOException {
        // streamlit #7074: deep links rely on the 404 of <page>/_stcore/health.
        String target = "/page" + status + "/_stcore/health";
        fixture.upstream().on(target, exchange -> exchange.reply(status + " Said So", "Streamlit's own " + status));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target(target), "Accept: text/html");

            assertEquals(status, response.status());
            assertEquals("Streamlit's own " + status, response.text());
        }
    }
}
