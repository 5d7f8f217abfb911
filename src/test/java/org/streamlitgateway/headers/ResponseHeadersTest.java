package org.streamlitgateway.headers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.config.AppConfig.Strip;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.client.UpstreamClient;

class ResponseHeadersTest {
    private static final ClientInfo CLIENT =
            new ClientInfo("10.0.0.1", "10.0.0.1", "10.0.0.1", "https", "gw.example:8443", 8443, "", false, "", false);
    private static final Route ROUTE = new Route(
            "/ctx",
            new Replica(
                    "only",
                    () -> new HostPort("127.0.0.1", 8501),
                    "/ctx",
                    Strip.YES,
                    false,
                    new UpstreamClient(Runnable::run, Duration.ofSeconds(1))),
            "",
            "",
            false);

    @ParameterizedTest
    @CsvSource({
        "/, /ctx/",
        "/page2?a=1, /ctx/page2?a=1",
        "/ctx/page2, /ctx/page2",
        "/ctx?x, /ctx?x",
        "/ctxual, /ctx/ctxual",
        "page2, page2",
        "?a=1, ?a=1",
        "//other.example/x, //other.example/x",
        "https://gw.example:8443/page2?a=/b, https://gw.example:8443/ctx/page2?a=/b",
        "http://gw.example:8443/page2, https://gw.example:8443/ctx/page2",
        "https://gw.example:8443/ctx/page2, https://gw.example:8443/ctx/page2",
        "http://127.0.0.1:8501/page2, https://gw.example:8443/ctx/page2",
        "https://login.example/auth?redirect=/x, https://login.example/auth?redirect=/x",
        "https://gw.example/page2, https://gw.example/page2",
        "mailto:a@b, mailto:a@b",
    })
    void locationIsRewrittenForTheBrowser(String from, String to) {
        assertEquals(to, ResponseHeaders.location(from, CLIENT, ROUTE, false));
    }

    @ParameterizedTest
    @CsvSource({
        "https://gw.example:8443/realms/x, https://gw.example:8443/realms/x",
        "http://gw.example:8443/realms/x, http://gw.example:8443/realms/x",
        "https://login.example/x, https://login.example/x",
        "/, /ctx/",
    })
    void loginMayRedirectToAProviderOnTheSameHost(String from, String to) {
        assertEquals(to, ResponseHeaders.location(from, CLIENT, ROUTE, true));
    }

    @ParameterizedTest
    @CsvSource({"https://gw.example/realms/x", "https://gw.example:443/page2", "HTTPS://gw.example/page2"})
    void httpsNeverBecomesHttp(String location) {
        ClientInfo plain =
                new ClientInfo("10.0.0.1", "10.0.0.1", "10.0.0.1", "http", "gw.example", 80, "", false, "", false);

        assertEquals(location, ResponseHeaders.location(location, plain, ROUTE, false));
    }
}
