package org.streamlitgateway.upstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.HostPort;

/** The page by which one Streamlit says that it is well. Thread-safe. */
final class HealthPage {
    private static final Logger LOG = LoggerFactory.getLogger(HealthPage.class);
    private static final String PATH = "/_stcore/health";
    private static final int MAX_BYTES = 1024;

    /**
     * What came of one question.
     *
     * @param connected whether there was a connection to ask on
     * @param status of the response; 0 when there was none
     * @param body of the response; {@code null} when it did not come, or is longer than any of a health page
     */
    record Answer(boolean connected, int status, String body) {
        boolean isWell() {
            return status == 200 && body != null && body.trim().equals("ok");
        }
    }

    private final UpstreamClient client;
    private final Supplier<HostPort> address;

    HealthPage(UpstreamClient client, Supplier<HostPort> address) {
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
        HostPort at = address.get();
        try {
            client.http()
                    .newRequest(at.host(), at.port())
                    .path(prefix + PATH)
                    .tag(UpstreamClient.FRESH)
                    .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .idleTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .onRequestBegin(request -> connected.set(true))
                    .send(new BufferingResponseListener(MAX_BYTES) {
                        @Override
                        public void onComplete(Result result) {
                            int status = result.getResponse().getStatus();
                            String body = result.isFailed() ? null : getContentAsString();
                            answer.complete(new Answer(connected.get(), status, body));
                        }
                    });
        } catch (RuntimeException unasked) {
            LOG.warn("{} cannot be asked for its health", at, unasked);
            answer.complete(new Answer(true, 0, null)); // nothing is known of its connections
        }
        return answer;
    }
}
