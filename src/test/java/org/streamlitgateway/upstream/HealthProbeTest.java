package org.streamlitgateway.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Signal;
import org.streamlitgateway.upstream.client.UpstreamClient;

/** Results of health checks, with and without a response. */
class HealthProbeTest {
    private static final String PATH = "/app/_stcore/health";
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final QueuedThreadPool threads = new QueuedThreadPool();
    private final UpstreamClient client = new UpstreamClient(threads, LONG);
    private FakeStreamlit streamlit;
    private HealthProbe probe;

    @BeforeEach
    void start() throws Exception {
        threads.start();
        client.start();
        streamlit = FakeStreamlit.start();
        probe = new HealthProbe(client, () -> new HostPort("127.0.0.1", streamlit.port()));
    }

    @AfterEach
    void stop() throws Exception {
        streamlit.close();
        client.stop();
        threads.stop();
    }

    @Test
    void okIsHealthy() {
        streamlit.on(PATH, exchange -> exchange.reply("200 OK", "ok\n"));

        assertTrue(probe.send("/app", LONG).join().isHealthy());
    }

    @Test
    void anotherBodyIsUnhealthy() {
        streamlit.on(PATH, exchange -> exchange.reply("200 OK", "<html>the portal's log-in</html>"));

        HealthProbe.Response response = probe.send("/app", LONG).join();
        assertEquals(200, response.status());
        assertFalse(response.isHealthy());
    }

    @Test
    void tooLongBodyIsNoResponse() {
        streamlit.on(PATH, exchange -> exchange.reply("200 OK", "ok".repeat(1000)));

        HealthProbe.Response response = probe.send("/app", LONG).join();
        assertEquals(0, response.status());
        assertFalse(response.unreachable());
    }

    @Test
    void replicaThatTimesOutIsReachable() {
        Signal asked = new Signal("the check has timed out");
        streamlit.on(PATH, exchange -> asked.await());

        HealthProbe.Response response = probe.send("/app", SHORT).join();
        asked.fire();
        assertFalse(response.unreachable());
        assertEquals(0, response.status());
    }

    @Test
    void replicaThatRefusesIsUnreachable() throws Exception {
        streamlit.stop();

        HealthProbe.Response response = probe.send("/app", LONG).join();
        assertTrue(response.unreachable());
        assertEquals(0, response.status());
    }

    @Test
    void slowResponseIsAwaitedUntilTheTimeout() {
        streamlit.on("/first/_stcore/health", exchange -> exchange.reply("200 OK", "ok"));
        assertTrue(probe.send("/first", LONG).join().isHealthy()); // loads classes, so that connecting is fast below
        client.http().setIdleTimeout(1); // of pooled connections
        Signal silent = new Signal("an idle connection would be closed");
        streamlit.on(PATH, exchange -> {
            silent.await();
            exchange.reply("200 OK", "ok");
        });
        streamlit.on("/other/_stcore/health", exchange -> silent.await());

        var slow = probe.send("/app", LONG);
        assertFalse(probe.send("/other", SHORT).join().isHealthy()); // the first check has been silent for longer
        silent.fire();
        assertTrue(slow.join().isHealthy());
    }
}
