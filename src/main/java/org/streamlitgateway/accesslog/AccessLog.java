package org.streamlitgateway.accesslog;

import java.io.IOException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.GatewayConfig.LogFormat;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.observe.TrafficListener;
import org.streamlitgateway.observe.metrics.Metrics;

/** The access log of one gateway. Thread-safe. */
public final class AccessLog implements TrafficListener, AutoCloseable {
    private final Traffic traffic;
    private final LogWriter writer;

    /** @param writer {@code null} if the log is off */
    private AccessLog(Traffic traffic, LogWriter writer) {
        this.traffic = traffic;
        this.writer = writer;
    }

    /**
     * Starts the log, unless it is off.
     *
     * @param embedded whether the process is the gateway's own, so that its output is the log's default place
     * @throws IOException if the file cannot be opened; the message is fit for a user
     */
    public static AccessLog start(GatewayConfig.AccessLog config, boolean embedded, Traffic traffic, Metrics metrics)
            throws IOException {
        if (config.format() == LogFormat.OFF) {
            return new AccessLog(traffic, null);
        }
        Redaction redaction = new Redaction(config.users(), config.queries());
        Destination destination = config.file() != null
                ? new LogFile(config.file())
                : embedded ? new Destination.Output() : new Destination.Log();
        LogWriter writer = new LogWriter(
                config.format() == LogFormat.JSON ? new JsonFormat(redaction) : new CombinedFormat(redaction),
                destination);
        metrics.counter(
                "access_log_dropped_total",
                "Lines that the access log dropped: the queue was full, or they could not be written.",
                values -> values.put((double) writer.dropped()));
        AccessLog log = new AccessLog(traffic, writer);
        writer.start();
        traffic.listen(log);
        return log;
    }

    /** Opens the file again, after it was renamed. */
    public void reopen() {
        if (writer != null) {
            writer.reopen();
        }
    }

    @Override
    public void requestEnded(RequestObserver request) {
        writer.offer(Entry.Request.of(request));
    }

    @Override
    public void sessionOpened(SessionObserver session) {} // the line of its handshake says that it opens

    @Override
    public void sessionEnded(SessionObserver session) {
        writer.offer(Entry.Session.of(session));
    }

    /** Writes the last lines, within a bound. */
    @Override
    public void close() {
        if (writer != null) {
            traffic.unlisten(this);
            writer.close();
        }
    }
}
