package org.streamlitgateway.limit;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs that a limit was exceeded: at once, and then once a minute with a count. Thread-safe. */
public final class OverLimit {
    private static final Logger LOG = LoggerFactory.getLogger(OverLimit.class);
    private static final long PERIOD_SECONDS = 60;

    private final String setting;
    private final Scheduler scheduler;

    /** Refusals since the last log line; negative if the last minute had none. Guarded by this. */
    private long count = -1;

    /**
     * Creates the log of one limit.
     *
     * @param setting name of the setting that defines the limit
     */
    public OverLimit(String setting, Scheduler scheduler) {
        this.setting = setting;
        this.scheduler = scheduler;
    }

    /**
     * Counts a refusal, and logs the first one in a minute.
     *
     * @param client address of the client
     */
    public void refused(String client) {
        synchronized (this) {
            if (++count > 0) {
                return;
            }
        }
        LOG.warn("refused {}: over {} (further refusals are counted and logged once a minute)", client, setting);
        scheduler.schedule(this::logCount, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void logCount() {
        long refusals;
        synchronized (this) {
            refusals = count;
            count = refusals == 0 ? -1 : 0;
        }
        if (refusals > 0) {
            LOG.warn("refused {} more in the last minute: over {}", refusals, setting);
            scheduler.schedule(this::logCount, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
    }
}
