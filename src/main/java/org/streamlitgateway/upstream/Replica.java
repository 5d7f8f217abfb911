package org.streamlitgateway.upstream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Strip;
import org.streamlitgateway.config.HostPort;

/**
 * One Streamlit server as the gateway sees it: where it is, and whether it wants to be asked with the path prefix
 * (it was started with {@code server.baseUrlPath}) or without. Thread-safe.
 */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int MAX_HEALTH_BYTES = 1024;
    private static final long HEALTH_TIMEOUT_MILLIS = 5000;

    private final HostPort address;
    private final String prefix;
    private final UpstreamClient client;
    private final boolean asks;
    /** What was found out about the prefix; {@code null} until asked, and again after the replica was lost. */
    private volatile CompletableFuture<Boolean> strips;

    public Replica(HostPort address, String prefix, Strip strip, UpstreamClient client) {
        this.address = address;
        this.prefix = prefix;
        this.client = client;
        this.asks = strip == Strip.AUTO && !prefix.isEmpty();
        this.strips = asks ? null : CompletableFuture.completedFuture(strip != Strip.NO);
    }

    public HostPort address() {
        return address;
    }

    /** Whether {@link #stripsPrefix()} can be asked without waiting. */
    public boolean isKnown() {
        CompletableFuture<Boolean> known = strips;
        return known != null && known.isDone();
    }

    /**
     * Whether the prefix is taken off. Streamlit answers {@code PREFIX/_stcore/health} with 404 unless it was started
     * with that prefix as its {@code server.baseUrlPath}.
     */
    public boolean stripsPrefix() {
        CompletableFuture<Boolean> known = strips;
        return known == null || known.getNow(true);
    }

    /** Completes, always normally, when {@link #stripsPrefix()} is known or the question came to nothing. */
    public CompletableFuture<Boolean> find() {
        synchronized (this) {
            if (strips == null) {
                strips = ask();
            }
            return strips;
        }
    }

    /** The replica could not be reached; it may come back started otherwise. */
    public void lost() {
        synchronized (this) {
            if (asks && isKnown()) {
                strips = null;
            }
        }
    }

    private CompletableFuture<Boolean> ask() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        client.http()
                .newRequest(address.host(), address.port())
                .path(prefix + "/_stcore/health")
                .timeout(HEALTH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .idleTimeout(HEALTH_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .send(new BufferingResponseListener(MAX_HEALTH_BYTES) {
                    @Override
                    public void onComplete(Result result) {
                        boolean withPrefix = result.isSucceeded()
                                && result.getResponse().getStatus() == 200
                                && "ok".equals(getContentAsString().trim());
                        if (result.isFailed()) {
                            lost(answer);
                        } else {
                            LOG.debug("{} is asked {} {}", address, withPrefix ? "with" : "without", prefix);
                        }
                        answer.complete(!withPrefix);
                    }
                });
        return answer;
    }

    private void lost(CompletableFuture<Boolean> answer) {
        synchronized (this) {
            if (strips == answer) {
                strips = null;
            }
        }
    }
}
