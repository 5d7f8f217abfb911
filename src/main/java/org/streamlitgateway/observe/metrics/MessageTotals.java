package org.streamlitgateway.observe.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.streamlitgateway.observe.metrics.AppMetrics.Direction;

/**
 * Counts and sizes of WebSocket messages. A rerun has a dozen messages, and the library's histogram costs more than the rest
 * of a small message's observation; these are two additions for each message. Thread-safe.
 */
final class MessageTotals implements MultiCollector {
    private static final long[] BOUNDS = {
        1_000, 10_000, 100_000, 1_000_000, 5_000_000, 20_000_000, 50_000_000, 200_000_000
    };

    /** Totals of one direction of an app's messages. */
    static final class Total {
        private final Labels labels;
        private final LongAdder bytes = new LongAdder();
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];

        Total(Labels labels) {
            this.labels = labels;
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void count(long size) {
            int bucket = 0;
            while (bucket < BOUNDS.length && size > BOUNDS[bucket]) {
                bucket++;
            }
            buckets[bucket].increment();
            bytes.add(size);
        }
    }

    private final Map<Labels, Total> totals = new ConcurrentHashMap<>();

    Total of(String app, Direction direction) {
        return totals.computeIfAbsent(Labels.of("app", app, "direction", LabelValues.of(direction)), Total::new);
    }

    void remove(String app) {
        totals.keySet().removeIf(labels -> app.equals(labels.get("app")));
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder messages = CounterSnapshot.builder()
                .name(Families.PREFIX + "websocket_messages")
                .help("Messages forwarded.");
        CounterSnapshot.Builder bytes = CounterSnapshot.builder()
                .name(Families.PREFIX + "websocket_bytes")
                .help("Bytes of messages forwarded.");
        HistogramSnapshot.Builder sizes = HistogramSnapshot.builder()
                .name(Families.PREFIX + "websocket_message_bytes")
                .help("Sizes of messages forwarded.");
        List<Double> bounds = new ArrayList<>();
        for (long bound : BOUNDS) {
            bounds.add((double) bound);
        }
        bounds.add(Double.POSITIVE_INFINITY);
        for (Total total : totals.values()) {
            List<Long> counts = new ArrayList<>();
            long count = 0;
            for (LongAdder bucket : total.buckets) {
                counts.add(bucket.sum());
                count += counts.get(counts.size() - 1);
            }
            double sum = total.bytes.sum();
            messages.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(total.labels)
                    .value((double) count)
                    .build());
            bytes.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(total.labels)
                    .value(sum)
                    .build());
            sizes.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(total.labels)
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                    .sum(sum)
                    .build());
        }
        return MetricSnapshots.of(messages.build(), bytes.build(), sizes.build());
    }
}
