package org.streamlitgateway.upstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Strip;

/**
 * Whether a replica expects paths with the prefix. Streamlit answers {@code PREFIX/_stcore/health} with 404 unless it was
 * started with that prefix as its {@code server.baseUrlPath}. Thread-safe.
 */
final class BasePath {
    private static final Logger LOG = LoggerFactory.getLogger(BasePath.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** Pause before the next probe after a response that did not come from Streamlit. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String prefix;
    private final HealthProbe probe;
    private final boolean detected;

    /** Whether the prefix is stripped; {@code null} before the first probe, and again after a connection was lost. */
    private volatile CompletableFuture<Boolean> stripped;

    /** Time of the last response that did not come from Streamlit; guarded by this. */
    private long unclearNanos = System.nanoTime() - PAUSE.toNanos();

    BasePath(String prefix, Strip strip, HealthProbe probe) {
        this.prefix = prefix;
        this.probe = probe;
        detected = strip == Strip.AUTO && !prefix.isEmpty();
        stripped = detected ? null : CompletableFuture.completedFuture(strip != Strip.NO);
    }

    /** Returns whether the value of {@link #isStripped()} is known. */
    boolean isKnown() {
        CompletableFuture<Boolean> known = stripped;
        return known != null && known.isDone();
    }

    /** Returns whether the prefix is stripped from paths sent to Streamlit; true while that is unknown. */
    boolean isStripped() {
        CompletableFuture<Boolean> known = stripped;
        return known == null || known.getNow(true);
    }

    /** Returns the prefix of paths sent to Streamlit, or empty. */
    String upstreamPrefix() {
        return isStripped() ? "" : prefix;
    }

    /** Probes Streamlit if necessary. Completes, always normally, when the value is known or the probe has failed. */
    CompletableFuture<Boolean> find() {
        CompletableFuture<Boolean> pending;
        synchronized (this) {
            if (stripped != null) {
                return stripped;
            }
            if (System.nanoTime() - unclearNanos < PAUSE.toNanos()) {
                return CompletableFuture.completedFuture(true);
            }
            pending = new CompletableFuture<>();
            stripped = pending;
        }
        probe.send(prefix, TIMEOUT).thenAccept(response -> complete(pending, response));
        return pending;
    }

    private void complete(CompletableFuture<Boolean> pending, HealthProbe.Response response) {
        if (!isFromStreamlit(response)) {
            synchronized (this) {
                unclearNanos = response.status() == 0 ? unclearNanos : System.nanoTime();
                if (stripped == pending) {
                    stripped = null;
                }
            }
        } else {
            LOG.debug("{} is served {} the prefix {}", probe, response.isHealthy() ? "with" : "without", prefix);
        }
        pending.complete(!response.isHealthy());
    }

    /** Returns false for a 5xx, a redirect or a log-in page, which an intermediary has sent. */
    private static boolean isFromStreamlit(HealthProbe.Response response) {
        return response.isHealthy() || response.status() == 404;
    }

    /** Forgets the value after a lost connection: Streamlit may be restarted with another base path. */
    synchronized void connectionLost() {
        if (detected && isKnown()) {
            stripped = null;
        }
    }
}
