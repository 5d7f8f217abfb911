package org.streamlitgateway.http;

import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.upstream.Replica;

class ExchangeTimeoutsTest {
    private final ScheduledExecutorScheduler scheduler = new ScheduledExecutorScheduler("test", true);

    @BeforeEach
    void start() throws Exception {
        scheduler.start();
    }

    @AfterEach
    void stop() throws Exception {
        scheduler.stop();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timerContinuesAfterAFailedCheck(boolean error) {
        Recorder<String> checks = new Recorder<>("check");
        AtomicBoolean first = new AtomicBoolean(true);
        ExchangeTimeouts timeouts = new ExchangeTimeouts(scheduler, Long.MAX_VALUE, request -> {
            checks.add("check");
            if (first.getAndSet(false)) {
                if (error) {
                    throw new StackOverflowError();
                }
                throw new IllegalStateException();
            }
            return false;
        });
        timeouts.add(new Exchange(
                mock(HttpServletRequest.class),
                mock(HttpServletResponse.class),
                new Route("", mock(Replica.class), "", "", false),
                null,
                "/",
                false,
                null));

        timeouts.start();

        checks.take();
        checks.take(Duration.ofSeconds(10));
        timeouts.stop();
    }
}
