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

/** What is made of the answers of one Streamlit, and of none. */
class HealthProbeTest {
    private static final String PATH = "/app/_stcore/health";
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final QueuedThreadPool threads = new QueuedThreadPool();
    private final UpstreamClient client = new UpstreamClient(threads, LONG);
    private FakeStreamlit streamlit;
    private HealthProbe page;

    @BeforeEach
    void start() throws Exception {
        threads.start();
        client.start();
        streamlit = FakeStreamlit.start();
        page = new HealthProbe(client, () -> new HostPort("127.0.0.1", streamlit.port()));
    }

    @AfterEach
    void stop() throws Exception {
        streamlit.close();
        client.stop();
        threads.stop();
    }

    @Test
    void oneThatSaysOkIsWell() {
        streamlit.on(PATH, exchange -> exchange.reply("200 OK", "ok\n"));

        assertTrue(page.ask("/app", LONG).join().isWell());
    }

    @Test
    void oneThatSaysSomethingElseIsNot() {
        streamlit.on(PATH, exchange -> exchange.reply("200 OK", "<html>the portal's log-in</html>"));

        HealthProbe.Answer answer = page.ask("/app", LONG).join();
        assertEquals(200, answer.status());
        assertFalse(answer.isWell());
    }

    @Test
    void aPageThatIsTooLongIsNotOneOfHealth() {
        streamlit.on(PATH, exchange -> exchange.reply("200 OK", "ok".repeat(1000)));

        HealthProbe.Answer answer = page.ask("/app", LONG).join();
        assertEquals(0, answer.status());
        assertFalse(answer.unreachable());
    }

    @Test
    void oneThatSaysNothingInTimeIsReachable() {
        Signal asked = new Signal("the answer was given up");
        streamlit.on(PATH, exchange -> asked.await());

        HealthProbe.Answer answer = page.ask("/app", SHORT).join();
        asked.give();
        assertFalse(answer.unreachable());
        assertEquals(0, answer.status());
    }

    @Test
    void oneThatRefusesIsUnreachable() throws Exception {
        streamlit.goAway();

        HealthProbe.Answer answer = page.ask("/app", LONG).join();
        assertTrue(answer.unreachable());
        assertEquals(0, answer.status());
    }

    @Test
    void aSlowAnswerIsWaitedForAsLongAsWasAsked() {
        client.http().setIdleTimeout(1); // of connections that are kept
        Signal silent = new Signal("an idle connection would have been closed");
        streamlit.on(PATH, exchange -> {
            silent.await();
            exchange.reply("200 OK", "ok");
        });
        streamlit.on("/other/_stcore/health", exchange -> silent.await());

        var slow = page.ask("/app", LONG);
        assertFalse(page.ask("/other", SHORT).join().isWell()); // by then the one above has been silent for longer
        silent.give();
        assertTrue(slow.join().isWell());
    }
}
