package org.streamlitgateway.observe.history;

import java.util.List;

/**
 * What passed to and from one app in the last hour. Each list has a value for every minute, the oldest first.
 *
 * @param app path of the app, as configured
 * @param rerunsPerMinute over the last five minutes
 * @param p50Millis duration of runs in the last five minutes; negative without any
 * @param p95Millis the same for 95 %
 */
public record AppSummary(
        String app,
        int sessions,
        double rerunsPerMinute,
        long p50Millis,
        long p95Millis,
        long exceptionsLastHour,
        long failuresLastHour,
        List<Long> sessionsByMinute,
        List<Long> rerunsByMinute,
        List<Long> p95ByMinute) {}
