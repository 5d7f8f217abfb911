package org.streamlitgateway.observe.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.StatefulMetric;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;

/** The metric families that events feed. Thread-safe. */
final class Families {
    static final String PREFIX = "streamlit_gateway_";

    /** Boundaries of OpenTelemetry's http.server.request.duration. */
    private static final double[] REQUEST_SECONDS = {
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10
    };

    private static final double[] RERUN_SECONDS = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800};
    private static final double[] SESSION_SECONDS = {60, 300, 900, 1800, 3600, 7200, 14400, 28800};

    private final List<StatefulMetric<?, ?>> perApp = new ArrayList<>();
    final PrometheusRegistry registry;
    final Histogram requestDuration;
    final Gauge requestsInFlight;
    final Counter receivedBytes;
    final Counter sentBytes;
    final Counter failures;
    final Counter limited;
    final Counter handshakes;
    final Histogram handshakeDuration;
    final Counter sessionsOpened;
    final Counter sessionsClosed;
    final Histogram sessionDuration;
    final MessageTotals messages = new MessageTotals();
    final Histogram rerunDuration;
    final Histogram firstElement;
    final Counter reruns;
    final Gauge rerunsInProgress;
    final Counter exceptions;
    final Counter unknownMessages;
    final Counter assetRequests;
    final Info appInfo;

    Families(PrometheusRegistry registry) {
        this.registry = registry;
        registry.register(messages);
        requestDuration = histogram(
                "http_request_duration_seconds",
                "Time from the request's headers to the end of the response.",
                REQUEST_SECONDS,
                "app",
                "kind",
                "method",
                "code");
        requestsInFlight = gauge("http_requests_in_flight", "HTTP requests in progress.", "app");
        receivedBytes = counter("http_received_bytes_total", "Bytes of request bodies.", "app");
        sentBytes = counter("http_sent_bytes_total", "Bytes of response bodies.", "app");
        failures = counter(
                "failures_total",
                "Requests, handshakes and sessions that the gateway itself refused or ended, by outcome.",
                "app",
                "outcome");
        limited = counter("limited_total", "Requests and handshakes refused by a limit.", "app", "limit");
        handshakes = counter("handshakes_total", "WebSocket handshakes, by outcome.", "app", "outcome");
        handshakeDuration = histogram(
                "handshake_duration_seconds", "Time of accepted WebSocket handshakes.", REQUEST_SECONDS, "app");
        sessionsOpened = counter(
                "sessions_opened_total", "Sessions opened: new, resumed, or lost by their server.", "app", "how");
        sessionsClosed = counter("sessions_closed_total", "Sessions closed, by outcome.", "app", "outcome");
        sessionDuration = histogram("session_duration_seconds", "Duration of closed sessions.", SESSION_SECONDS, "app");
        rerunDuration = histogram(
                "rerun_duration_seconds",
                "Time from the browser's request for a run, or else from its begin, to its end.",
                RERUN_SECONDS,
                "app",
                "kind");
        firstElement = histogram(
                "rerun_first_element_seconds",
                "Time from the browser's request for a run, or else from its begin, to its first element.",
                RERUN_SECONDS,
                "app");
        reruns = counter("reruns_total", "Runs of the script that have ended.", "app", "status");
        rerunsInProgress = gauge("reruns_in_progress", "Runs of the script in progress.", "app");
        exceptions = counter(
                "script_exceptions_total", "Exceptions shown: uncaught ones, and those of st.exception.", "app");
        unknownMessages = counter(
                "unknown_messages_total", "Messages of a kind that this version of the gateway does not know.", "app");
        assetRequests = counter("asset_cache_requests_total", "Requests for assets, by what the cache did.", "result");
        appInfo = Info.builder()
                .name(PREFIX + "app_info")
                .help("Versions that the app's sessions reported.")
                .labelNames("app", "streamlit_version", "python_version")
                .register(registry);
    }

    /** Removes the series of an app; its name is the first label of each family of apps. */
    void remove(String app) {
        for (StatefulMetric<?, ?> family : perApp) {
            family.removeIf(labels -> labels.get(0).equals(app));
        }
        messages.remove(app);
    }

    private <T extends StatefulMetric<?, ?>> T add(T family, String... labels) {
        if (labels.length > 0 && labels[0].equals("app")) {
            perApp.add(family);
        }
        return family;
    }

    private Counter counter(String name, String help, String... labels) {
        Counter family = Counter.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
        return add(family, labels);
    }

    private Gauge gauge(String name, String help, String... labels) {
        Gauge family = Gauge.builder()
                .name(PREFIX + name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
        return add(family, labels);
    }

    private Histogram histogram(String name, String help, double[] bounds, String... labels) {
        Histogram family = Histogram.builder()
                .name(PREFIX + name)
                .help(help)
                .classicOnly()
                .classicUpperBounds(bounds)
                .withoutExemplars()
                .labelNames(labels)
                .register(registry);
        return add(family, labels);
    }
}
