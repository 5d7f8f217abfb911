package org.streamlitgateway.limit;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log that a limit was reached: at once, and then once a minute how often. Thread-safe. */
public final class OverLimit {
    private static final Logger LOG = LoggerFactory.getLogger(OverLimit.class);
    private static final long PERIOD_SECONDS = 60;

    private final String setting;
    private final Scheduler scheduler;

    /** Since the last line; negative when the last minute had none. Guarded by this. */
    private long count = -1;

    /**
     * For one limit.
     *
     * @param setting name of the setting that says how much is allowed
     */
    public OverLimit(String setting, Scheduler scheduler) {
        this.setting = setting;
        this.scheduler = scheduler;
    }

    /**
     * Somebody was refused.
     *
     * @param client the address
     */
    public void refused(String client) {
        synchronized (this) {
            if (++count > 0) {
                return;
            }
        }
        LOG.warn("{} is over {} and was refused; further ones are counted for a minute", client, setting);
        scheduler.schedule(this::tell, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void tell() {
        long since;
        synchronized (this) {
            since = count;
            count = since == 0 ? -1 : 0;
        }
        if (since > 0) {
            LOG.warn("{} more were over {} in the last minute and were refused", since, setting);
            scheduler.schedule(this::tell, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
    }
}
