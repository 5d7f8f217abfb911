package org.streamlitgateway.observe.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.EnumMap;
import java.util.Map;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.observe.metrics.AppMetrics.RunKind;

/** Series of the sessions of one app. They exist from its start, so that rates begin at zero. Thread-safe. */
final class SessionMetrics {
    private final DistributionDataPoint duration;
    private final MessageTotals.Total up;
    private final MessageTotals.Total down;
    private final Map<RunKind, DistributionDataPoint> rerunDuration = new EnumMap<>(RunKind.class);
    private final DistributionDataPoint firstElement;
    private final GaugeDataPoint rerunsInProgress;
    private final CounterDataPoint exceptions;
    private final CounterDataPoint unknownMessages;

    SessionMetrics(Families families, String app) {
        duration = families.sessionDuration.labelValues(app);
        up = families.messages.of(app, Direction.UP);
        down = families.messages.of(app, Direction.DOWN);
        for (RunKind kind : RunKind.values()) {
            rerunDuration.put(kind, families.rerunDuration.labelValues(app, LabelValues.of(kind)));
        }
        firstElement = families.firstElement.labelValues(app);
        rerunsInProgress = families.rerunsInProgress.labelValues(app);
        exceptions = families.exceptions.labelValues(app);
        unknownMessages = families.unknownMessages.labelValues(app);
        families.reruns.initLabelValues(app, "finished");
        families.sessionsOpened.initLabelValues(app, LabelValues.of(Opening.NEW));
    }

    void message(Direction direction, long size) {
        (direction == Direction.UP ? up : down).count(size);
    }

    DistributionDataPoint duration() {
        return duration;
    }

    DistributionDataPoint rerunDuration(RunKind kind) {
        return rerunDuration.get(kind);
    }

    DistributionDataPoint firstElement() {
        return firstElement;
    }

    GaugeDataPoint rerunsInProgress() {
        return rerunsInProgress;
    }

    CounterDataPoint exceptions() {
        return exceptions;
    }

    CounterDataPoint unknownMessages() {
        return unknownMessages;
    }
}
