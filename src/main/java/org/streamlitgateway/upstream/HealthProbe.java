package org.streamlitgateway.upstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.upstream.client.UpstreamClient;

/** The page by which one Streamlit says that it is well. Thread-safe. */
final class HealthProbe {
    private static final Logger LOG = LoggerFactory.getLogger(HealthProbe.class);
    private static final String PATH = "/_stcore/health";
    private static final int MAX_BYTES = 1024;

    /**
     * What came of one question.
     *
     * @param unreachable whether connecting failed; not when the time was up before that was known
     * @param status of the response; 0 when none came, or one that is longer than any of a health page
     * @param body of the response, or empty
     */
    record Answer(boolean unreachable, int status, String body) {
        boolean isWell() {
            return status == 200 && body.trim().equals("ok");
        }
    }

    private final UpstreamClient client;
    private final Supplier<HostPort> address;

    HealthProbe(UpstreamClient client, Supplier<HostPort> address) {
        this.client = client;
        this.address = address;
    }

    /**
     * Asks on a connection of its own. Completes, always normally, on a thread that must not wait.
     *
     * @param prefix under which the page is asked for, or empty
     * @param timeout from the begin of connecting to the end of the response
     */
    CompletableFuture<Answer> ask(String prefix, Duration timeout) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        AtomicBoolean connected = new AtomicBoolean();
        try {
            HostPort at = address.get();
            client.http()
                    .newRequest(at.host(), at.port())
                    .path(prefix + PATH)
                    .tag(UpstreamClient.Fresh.HEALTH)
                    .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .idleTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .onRequestBegin(request -> connected.set(true))
                    .send(new BufferingResponseListener(MAX_BYTES) {
                        @Override
                        public void onComplete(Result result) {
                            if (result.isSucceeded()) {
                                answer.complete(
                                        new Answer(false, result.getResponse().getStatus(), getContentAsString()));
                            } else {
                                boolean late = result.getFailure() instanceof TimeoutException;
                                answer.complete(new Answer(!connected.get() && !late, 0, ""));
                            }
                        }
                    });
        } catch (RuntimeException unasked) {
            LOG.warn("{} cannot be asked for its health", this, unasked);
            answer.complete(new Answer(false, 0, ""));
        }
        return answer;
    }

    /** Where it is. */
    @Override
    public String toString() {
        return address.get().toString();
    }
}
