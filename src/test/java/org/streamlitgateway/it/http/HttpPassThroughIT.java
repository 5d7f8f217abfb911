package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.BodyReader;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Exchange;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.PatternBytes;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Requests and responses arrive as they were sent. */
class HttpPassThroughIT extends OnEveryDeployment {
    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"})
    void everyMethodPasses(String method) throws IOException {
        fixture.upstream().on("/method/" + method, exchange -> exchange.reply("200 OK", "did " + method));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.exchange(method, fixture.target("/method/" + method));

            assertEquals(200, response.status());
            assertEquals("did " + method, response.text());
        }
        assertEquals(
                method,
                fixture.upstream()
                        .requests("/method/" + method)
                        .take()
                        .request()
                        .method());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%20b",
                "/a%2Fb",
                "/%2F",
                "/caf%C3%A9",
                "/a%25b",
                "/a%3Fb%23c",
                "/a;b=c;d/e",
                "/a+b",
                "/a?",
                "/a??b=?",
                "/a?x=1&x=2&&y&=z",
                "/a?next=%2Fb%3Fc%3Dd+e",
                "/a?q=|{}\"^`",
                "/a?path=/../x//y",
                "/a//b///c/",
                "//a/b",
                "/a!$&'()*,=:@~-._",
                "/a?euro=%E2%82%AC&semicolon=1;2",
            })
    void pathAndQueryArriveByteForByte(String target) throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target(target)).status());
        }
        fixture.upstream().requests(target).take();
    }

    @Test
    void bodiesOfKnownLengthArriveWhole() throws IOException {
        byte[] body = PatternBytes.of(300_001);

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.exchangeBody("POST", fixture.target("/echo-body"), body);

            assertArrayEquals(body, response.body());
            assertEquals(End.COMPLETE, response.end());
        }
        assertEquals(
                "300001",
                fixture.upstream().requests("/echo-body").take().request().one("Content-Length"));
    }

    @Test
    void chunkedUploadsArriveWhole() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(client.head("POST", fixture.target("/echo-body?chunked"), "Transfer-Encoding: chunked"));
            client.sendChunk("one ").sendChunk("two ").sendChunk("three").sendChunk("");

            assertEquals("one two three", client.readResponse("POST").text());
        }
        HttpHead request =
                fixture.upstream().requests("/echo-body?chunked").take().request();
        assertEquals(List.of("chunked"), request.all("Transfer-Encoding"));
        assertFalse(request.has("Content-Length"), request::toString);
    }

    @Test
    void emptyBodyStaysEmpty() throws IOException {
        fixture.upstream().on("/empty-post", exchange -> exchange.reply("200 OK", ""));

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.exchangeBody("POST", fixture.target("/empty-post"), new byte[0]);

            assertEquals(0, response.body().length);
            assertEquals(End.COMPLETE, response.end());
        }
        assertEquals(
                "0", fixture.upstream().requests("/empty-post").take().request().first("Content-Length"));
    }

    @Test
    void chunkedDownloadsArriveWhole() throws IOException {
        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/chunked-bytes/300001"));

            assertArrayEquals(PatternBytes.of(300_001), response.body());
            assertEquals(End.COMPLETE, response.end());
        }
    }

    @Test
    void bodyEndedByConnectionCloseArrivesWhole() throws IOException {
        fixture.upstream().on("/until-close", exchange -> {
            exchange.startBody("200 OK", "Connection: close");
            exchange.writePattern(300_001);
        });

        try (RawHttp client = fixture.http()) {
            RawResponse response = client.get(fixture.target("/until-close"));

            assertArrayEquals(PatternBytes.of(300_001), response.body());
            assertEquals(End.COMPLETE, response.end());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send(
                    client.head("GET", fixture.target("/bytes/10")) + client.head("GET", fixture.target("/bytes/20")));

            assertEquals(10, client.readResponse("GET").body().length);
            assertEquals(20, client.readResponse("GET").body().length);
        }
    }

    @Test
    @NeedsGateway
    void http10ClientGetsNoChunks() throws IOException {
        try (RawHttp client = fixture.http()) {
            client.send("GET " + fixture.target("/chunked-bytes/100000") + " HTTP/1.0\r\nHost: " + client.authority()
                    + "\r\n\r\n");
            HttpHead head = client.readHead();
            BodyReader.Summary body = client.body(head, "GET").summarize();

            assertFalse(head.has("Transfer-Encoding"), head::toString);
            assertEquals(new BodyReader.Summary(100_000, body.crc32c(), true, End.COMPLETE), body);
        }
    }

    @Test
    void fieldValuesArriveByteForByte() throws IOException {
        String umlauts = new String("grüß \"x\", y=ü".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        fixture.upstream().on("/values", exchange -> exchange.reply("200 OK", "", "X-Up: " + umlauts));

        try (RawHttp client = fixture.http()) {
            HttpHead response = client.get(fixture.target("/values"), "X-Down: " + umlauts, "X-Empty:")
                    .head();

            assertEquals(umlauts, response.one("X-Up"));
        }
        Exchange seen = fixture.upstream().requests("/values").take();
        assertEquals(umlauts, seen.request().one("X-Down"));
        assertEquals("", seen.request().one("X-Empty"));
    }
}
