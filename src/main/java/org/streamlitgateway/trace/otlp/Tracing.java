package org.streamlitgateway.trace.otlp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.ScriptRun;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.observe.TrafficListener;
import org.streamlitgateway.observe.metrics.Metrics;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.version.Version;

/** Sends spans of sampled traces to a collector. A slow or dead collector costs spans, and nothing else. Thread-safe. */
public final class Tracing implements TrafficListener, AutoCloseable {
    /** Spans that wait to be sent. */
    private static final int MAX_QUEUED_SPANS = 8192;

    /** Spans in one request to the collector, which is about 0.5 MB. */
    private static final int MAX_BATCH_SPANS = 512;

    /** Time in which spans gather. */
    private static final long GATHER_MILLIS = 500;

    /** Time for the rest of the spans at a stop. */
    private static final long FLUSH_MILLIS = 2000;

    private static final long INTERRUPT_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Tracing.class);

    /** Nothing to send: wakes the thread. */
    private static final Object WAKE = new Object();

    private final String endpoint;
    private final Traffic traffic;
    private final Collector collector;
    private final OtlpJson encoding = new OtlpJson(Version.TEXT);
    private final ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(MAX_QUEUED_SPANS);
    private final LongAdder exported = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final RateLimitedLog logLimit = new RateLimitedLog();
    private final Thread thread = new Thread(this::run, "gateway-traces");
    private volatile boolean closed;

    private Tracing(String endpoint, Traffic traffic) {
        this.endpoint = endpoint;
        this.traffic = traffic;
        collector = endpoint.isEmpty() ? null : new Collector(endpoint);
        thread.setDaemon(true);
    }

    /**
     * Starts the export, unless there is no collector.
     *
     * @param endpoint the collector's address without the path of traces, or empty
     */
    public static Tracing start(String endpoint, Traffic traffic, Metrics metrics) {
        Tracing tracing = new Tracing(endpoint, traffic);
        if (tracing.collector != null) {
            metrics.counter(
                    "spans_exported_total",
                    "Spans that the OpenTelemetry collector accepted.",
                    values -> values.put((double) tracing.exported.sum()));
            metrics.counter(
                    "spans_dropped_total",
                    "Spans dropped: the queue was full, or the OpenTelemetry collector did not accept them.",
                    values -> values.put((double) tracing.dropped.sum()));
            traffic.sampleTraces();
            tracing.thread.start();
            traffic.listen(tracing);
        }
        return tracing;
    }

    @Override
    public void requestEnded(RequestObserver request) {
        if (request.trace().sampled()) {
            offer(Spans.of(request));
        }
    }

    @Override
    public void sessionOpened(SessionObserver session) {} // its span is sent at its end

    @Override
    public void sessionEnded(SessionObserver session) {
        if (session.trace().sampled()) {
            offer(Spans.of(session));
        }
    }

    @Override
    public void runEnded(SessionObserver session, ScriptRun run) {
        if (session.trace().sampled()) {
            offer(Spans.of(session, run));
        }
    }

    private void offer(Span span) {
        if (closed || !queue.offer(span)) {
            dropped.increment();
        }
    }

    private void run() {
        List<Span> batch = new ArrayList<>();
        try {
            while (!closed || !queue.isEmpty()) {
                add(queue.take(), batch);
                if (!closed && queue.size() < MAX_BATCH_SPANS) {
                    TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                }
                for (Object next = queue.poll(); next != null; next = queue.poll()) {
                    add(next, batch);
                    if (batch.size() == MAX_BATCH_SPANS) {
                        break;
                    }
                }
                send(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            dropped.add(batch.size() + queue.size());
        } finally {
            collector.close();
        }
    }

    private static void add(Object next, List<Span> batch) {
        if (next instanceof Span span) {
            batch.add(span);
        }
    }

    private void send(List<Span> batch) throws InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        try {
            collector.send(encoding.encode(batch));
            exported.add(batch.size());
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            dropped.add(batch.size());
            if (logLimit.tryAcquire("export")) {
                LOG.warn(
                        "{} spans were not accepted at {}: {} (logged at most once a minute)",
                        batch.size(),
                        endpoint,
                        Printable.of(FailureText.of(e)));
            }
        }
    }

    /** Sends the last spans, within a bound. */
    @Override
    public void close() {
        if (collector == null) {
            return;
        }
        traffic.unlisten(this);
        collector.stopRetrying();
        closed = true;
        queue.offer(WAKE);
        try {
            thread.join(FLUSH_MILLIS);
            thread.interrupt();
            thread.join(INTERRUPT_MILLIS);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
