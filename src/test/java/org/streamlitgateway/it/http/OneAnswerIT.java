package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Each request gets its own response, whatever else Streamlit sends. */
@NeedsGateway
class OneAnswerIT extends OnEveryDeployment {
    private static final String POISON = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison";

    @ParameterizedTest
    @CsvSource({
        "GET, HTTP/1.1 200 OK|content-length: 2||ok",
        "GET, HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok|0||",
        "GET, HTTP/1.1 204 No Content||",
        "GET, HTTP/1.1 304 Not Modified|content-length: 2||",
        "HEAD, HTTP/1.1 200 OK|content-length: 2||",
    })
    void bytesAfterResponseAreDiscarded(String method, String answer) throws IOException {
        for (String poison : new String[] {POISON, "HTTP/1.1 200 OK\r\ncontent-le", "ok", "\r\n\r\n"}) {
            String target = "/poisoned/" + (method + answer + poison).hashCode();
            fixture.upstream().on(target, exchange -> {
                exchange.raw(answer.replace("|", "\r\n") + poison);
                exchange.awaitEnd(); // until the gateway closes
            });

            try (RawHttp client = fixture.http()) {
                client.exchange(method, fixture.target(target));
                assertCorrectResponses(client);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {POISON, "HTTP/1.1 200 OK\r\ncontent-le", "x"})
    void bytesAfterExchangeAreDiscarded(String poison) throws IOException {
        String target = "/late/" + poison.hashCode();
        CountDownLatch read = new CountDownLatch(1);
        Recorder<End> ends = new Recorder<>("end of the poisoned connection");
        fixture.upstream().on(target, exchange -> {
            exchange.startBody("200 OK", "content-length: 2");
            exchange.raw("ok");
            await(read);
            exchange.raw(poison);
            ends.add(exchange.awaitEnd());
        });

        try (RawHttp client = fixture.http()) {
            assertEquals("ok", client.get(fixture.target(target)).text());
            read.countDown();
            ends.take();
            assertCorrectResponses(client);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private void assertCorrectResponses(RawHttp client) throws IOException {
        for (int i = 0; i < 5; i++) {
            RawResponse next = client.get(fixture.target("/echo-request?" + i));
            assertEquals(200, next.status());
            assertEquals("GET /echo-request?" + i, next.text().split(" HTTP")[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"101 Switching Protocols", "150 Odd", "199 Odder"})
    void unsolicitedProtocolSwitchReturns502(String status) throws IOException {
        String target = "/odd/" + status.substring(0, 3);
        fixture.upstream().on(target, exchange -> {
            exchange.interim(status, "Upgrade: other", "Connection: Upgrade");
            exchange.raw("another protocol");
            exchange.awaitEnd();
        });

        try (RawHttp client = fixture.http()) {
            for (String method : new String[] {"GET", "HEAD", "DELETE"}) {
                RawResponse answer = client.exchange(method, fixture.target(target));

                assertEquals(502, answer.status());
                assertFalse(answer.head().lists("Connection", "upgrade"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"discount=50%&x=%zz", "%", "%%%", "a=%u1234", "q=%E4", "a=b?c", "x=%zz%zz", "%00", "a=%C3&b=%2"})
    void queryReachesUpstreamUnchanged(String query) throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(
                    "GET /echo-request?" + query + " HTTP/1.1",
                    client.get(fixture.target("/echo-request?" + query)).text().split("\n")[0]);
        }
    }

    @Test
    void unencodedQueryReachesUpstreamUnchanged() throws IOException {
        String query = "x={|}^`\"<>[]\\";
        try (RawHttp client = fixture.http()) {
            RawResponse answer = client.get(fixture.target("/echo-request?" + query));
            if (answer.status() == 400 && !deployment.embedded()) {
                return; // Tomcat refuses it itself
            }
            assertEquals(
                    "GET /echo-request?" + query + " HTTP/1.1", answer.text().split("\n")[0]);
        }
    }
}
