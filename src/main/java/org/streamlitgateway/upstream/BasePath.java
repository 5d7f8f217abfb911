package org.streamlitgateway.upstream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.AppConfig.Strip;

/**
 * Whether one Streamlit wants to be asked with the path prefix: it answers {@code PREFIX/_stcore/health} with 404 unless
 * it was started with that prefix as its {@code server.baseUrlPath}. Thread-safe.
 */
final class BasePath {
    private static final Logger LOG = LoggerFactory.getLogger(BasePath.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** How long nobody is asked again after an answer that was not Streamlit's. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String prefix;
    private final HealthProbe page;
    private final boolean asks;

    /** Whether the prefix is taken off; {@code null} until asked, and again after the replica was lost. */
    private volatile CompletableFuture<Boolean> stripped;

    /** When an answer came that was not Streamlit's; guarded by this. */
    private long unclearNanos = System.nanoTime() - PAUSE.toNanos();

    BasePath(String prefix, Strip strip, HealthProbe page) {
        this.prefix = prefix;
        this.page = page;
        asks = strip == Strip.AUTO && !prefix.isEmpty();
        stripped = asks ? null : CompletableFuture.completedFuture(strip != Strip.NO);
    }

    /** Whether {@link #isStripped()} can be asked without waiting. */
    boolean isKnown() {
        CompletableFuture<Boolean> known = stripped;
        return known != null && known.isDone();
    }

    /** Whether the prefix is taken off on the way to Streamlit. */
    boolean isStripped() {
        CompletableFuture<Boolean> known = stripped;
        return known == null || known.getNow(true);
    }

    /** What is put before paths that Streamlit is asked for. */
    String asked() {
        return isStripped() ? "" : prefix;
    }

    /** Completes, always normally, when {@link #isStripped()} is known or the question came to nothing. */
    CompletableFuture<Boolean> find() {
        CompletableFuture<Boolean> question;
        synchronized (this) {
            if (stripped != null) {
                return stripped;
            }
            if (System.nanoTime() - unclearNanos < PAUSE.toNanos()) {
                return CompletableFuture.completedFuture(true);
            }
            question = new CompletableFuture<>();
            stripped = question;
        }
        page.ask(prefix, TIMEOUT).thenAccept(answer -> answered(question, answer));
        return question;
    }

    private void answered(CompletableFuture<Boolean> question, HealthProbe.Answer answer) {
        if (!isStreamlits(answer)) {
            synchronized (this) {
                unclearNanos = answer.status() == 0 ? unclearNanos : System.nanoTime();
                if (stripped == question) {
                    stripped = null;
                }
            }
        } else {
            LOG.debug("{} is asked {} {}", page, answer.isWell() ? "with" : "without", prefix);
        }
        question.complete(!answer.isWell());
    }

    /** A 5xx, a redirect or a log-in page is of something in between. */
    private static boolean isStreamlits(HealthProbe.Answer answer) {
        return answer.isWell() || answer.status() == 404;
    }

    /** Streamlit could not be reached; it may come back started otherwise. */
    synchronized void lost() {
        if (asks && isKnown()) {
            stripped = null;
        }
    }
}
