package org.streamlitgateway.http;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.logging.LogContext;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;

/** Log line of an exchange that has ended. */
final class ExchangeLog {
    /** Outcome of an exchange without a failure. */
    static final String DONE = "done";

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLog.class);

    private ExchangeLog() {}

    /** Logs the first failure of each kind as a warning, until the replica answers again; everything else at DEBUG. */
    static void ended(Exchange exchange, int status, String outcome, Throwable cause) {
        boolean failed = cause != null && !Outcome.CLIENT_GONE.name().equals(outcome);
        if (failed && exchange.route.replica().requestFailed(outcome)) {
            LogContext.with(
                    exchange.observer,
                    () -> LOG.warn(
                            "{} {} ended with {} ({}): {}: {} (further ones are counted)",
                            exchange.request.getMethod(),
                            new Printable(exchange.request.getRequestURI()),
                            status,
                            outcome,
                            exchange.route.replica().address(),
                            FailureText.of(cause)));
        } else if (LOG.isDebugEnabled()) {
            LogContext.with(
                    exchange.observer,
                    () -> LOG.debug(
                            "{} {} ended with {} ({}) after {} ms",
                            exchange.request.getMethod(),
                            new Printable(exchange.request.getRequestURI()),
                            status,
                            outcome,
                            (System.nanoTime() - exchange.startedNanos) / 1_000_000));
        }
    }
}
