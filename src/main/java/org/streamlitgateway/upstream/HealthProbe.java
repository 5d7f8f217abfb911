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

/** Health check of one replica ({@code GET /_stcore/health}). Thread-safe. */
final class HealthProbe {
    private static final Logger LOG = LoggerFactory.getLogger(HealthProbe.class);
    private static final String PATH = "/_stcore/health";
    private static final int MAX_BYTES = 1024;

    /**
     * Result of one check.
     *
     * @param unreachable whether connecting failed; false if it was still in progress at the timeout
     * @param status status code; 0 if there was no response, or one too long for a health check
     * @param body body of the response, or empty
     */
    record Response(boolean unreachable, int status, String body) {
        boolean isHealthy() {
            return status == 200 && body.trim().equals("ok");
        }

        /** Why the replica is unhealthy, for the log. */
        String reason() {
            return unreachable
                    ? "it accepts no connection"
                    : status == 0
                            ? "its health check got no valid response in time"
                            : status != 200
                                    ? "its health check returned status " + status
                                    : "its health check did not return ok";
        }
    }

    private final UpstreamClient client;
    private final Supplier<HostPort> address;

    HealthProbe(UpstreamClient client, Supplier<HostPort> address) {
        this.client = client;
        this.address = address;
    }

    /**
     * Sends a check on a new connection. Completes, always normally, on a thread that must not block.
     *
     * @param prefix path prefix of the request, or empty
     * @param timeout from the start of connecting to the end of the response
     */
    CompletableFuture<Response> send(String prefix, Duration timeout) {
        CompletableFuture<Response> response = new CompletableFuture<>();
        AtomicBoolean connected = new AtomicBoolean();
        try {
            HostPort target = address.get();
            client.http()
                    .newRequest(target.host(), target.port())
                    .path(prefix + PATH)
                    .tag(UpstreamClient.Fresh.HEALTH)
                    .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .idleTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .onRequestBegin(request -> connected.set(true))
                    .send(new BufferingResponseListener(MAX_BYTES) {
                        @Override
                        public void onComplete(Result result) {
                            if (result.isSucceeded()) {
                                response.complete(
                                        new Response(false, result.getResponse().getStatus(), getContentAsString()));
                            } else {
                                boolean timedOut = result.getFailure() instanceof TimeoutException;
                                response.complete(new Response(!connected.get() && !timedOut, 0, ""));
                            }
                        }
                    });
        } catch (RuntimeException e) {
            LOG.warn("cannot send a health check to {}", this, e);
            response.complete(new Response(false, 0, ""));
        }
        return response;
    }

    /** Returns the replica's address. */
    @Override
    public String toString() {
        return address.get().toString();
    }
}
