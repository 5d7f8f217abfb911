package org.streamlitgateway.it.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Patience;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;

/** Each request gets its own answer, whatever Streamlit sends besides. */
@NeedsGateway
class OneAnswerIT extends AtEveryDoor {
    private static final String POISON = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison";

    @ParameterizedTest
    @CsvSource({
        "GET, HTTP/1.1 200 OK|content-length: 2||ok",
        "GET, HTTP/1.1 200 OK|transfer-encoding: chunked||2|ok|0||",
        "GET, HTTP/1.1 204 No Content||",
        "GET, HTTP/1.1 304 Not Modified|content-length: 2||",
        "HEAD, HTTP/1.1 200 OK|content-length: 2||",
    })
    void anAnswerBehindAnAnswerIsNobodys(String method, String answer) throws IOException {
        for (String poison : new String[] {POISON, "HTTP/1.1 200 OK\r\ncontent-le", "ok", "\r\n\r\n"}) {
            String target = "/poisoned/" + (method + answer + poison).hashCode();
            rig.upstream().on(target, exchange -> {
                exchange.raw(answer.replace("|", "\r\n") + poison);
                exchange.awaitEnd(); // the gateway closes
            });

            try (RawHttp client = rig.http()) {
                client.exchange(method, rig.target(target));
                assertOwnAnswers(client);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {POISON, "HTTP/1.1 200 OK\r\ncontent-le", "x"})
    void bytesThatComeLaterAreNobodys(String poison) throws IOException {
        String target = "/late/" + poison.hashCode();
        rig.upstream().on(target, exchange -> {
            exchange.startBody("200 OK", "content-length: 2");
            exchange.raw("ok");
            rig.upstream().requests("/first/" + poison.hashCode()).take();
            exchange.raw(poison);
            exchange.awaitEnd();
        });

        try (RawHttp client = rig.http();
                RawHttp other = rig.http()) {
            assertEquals("ok", client.get(rig.target(target)).text());
            other.get(rig.target("/first/" + poison.hashCode()));
            Patience.until(
                    "the connection has gone", () -> rig.upstream().openConnections() <= 1);
            assertOwnAnswers(client);
        }
    }

    private void assertOwnAnswers(RawHttp client) throws IOException {
        for (int i = 0; i < 5; i++) {
            RawResponse next = client.get(rig.target("/echo-request?" + i));
            assertEquals(200, next.status());
            assertEquals("GET /echo-request?" + i, next.text().split(" HTTP")[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"101 Switching Protocols", "150 Odd", "199 Odder"})
    void anAnswerThatIsNoneIsA502(String status) throws IOException {
        String target = "/odd/" + status.substring(0, 3);
        rig.upstream().on(target, exchange -> {
            exchange.interim(status, "Upgrade: other", "Connection: Upgrade");
            exchange.raw("another protocol");
            exchange.awaitEnd();
        });

        try (RawHttp client = rig.http()) {
            for (String method : new String[] {"GET", "HEAD", "DELETE"}) {
                RawResponse answer = client.exchange(method, rig.target(target));

                assertEquals(502, answer.status());
                assertFalse(answer.head().lists("Connection", "upgrade"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"discount=50%&x=%zz", "%", "%%%", "a=%u1234", "q=%E4", "a=b?c", "x=%zz%zz", "%00", "a=%C3&b=%2"})
    void aQueryIsAskedAsItCame(String query) throws IOException {
        try (RawHttp client = rig.http()) {
            assertEquals(
                    "GET /echo-request?" + query + " HTTP/1.1",
                    client.get(rig.target("/echo-request?" + query)).text().split("\n")[0]);
        }
    }

    @Test
    void whatABrowserSendsUnencodedIsAskedAsItCame() throws IOException {
        String[] raw = {"x={|}^`\"<>[]\\", "name=\u00c3\u00a4\u00e2\u0082\u00ac"}; // the second is UTF-8 for ä€
        try (RawHttp client = rig.http()) {
            for (String query : raw) {
                RawResponse answer = client.get(rig.target("/echo-request?" + query));
                if (answer.status() == 400 && !door.embedded()) {
                    continue; // Tomcat refuses them itself
                }
                String asked = rig.upstream()
                        .requests("/echo-request?" + query)
                        .take()
                        .request()
                        .target();
                assertEquals("/echo-request?" + query, asked);
            }
        }
    }
}
