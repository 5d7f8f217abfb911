package org.streamlitgateway.operator;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.observe.metrics.Metrics;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.upstream.client.UpstreamClient;

/** The pages for Prometheus: the gateway's metrics, and Streamlit's own of all replicas. Thread-safe. */
public final class OperatorPages {
    private static final String METRICS = "/_gateway/metrics";
    private static final String APPS_METRICS = METRICS + "/apps";
    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private final String base;
    private final MetricsPage metricsPage;
    private final AppsMetricsPage appsMetricsPage;

    /** @param base base path of the gateway: the context path, or empty */
    public OperatorPages(String base, Metrics metrics, Supplier<List<App>> apps, UpstreamClient client) {
        this.base = base;
        this.metricsPage = new MetricsPage(metrics);
        this.appsMetricsPage = new AppsMetricsPage(apps, client);
    }

    /** Whether the path is a page for Prometheus, which has its own check of who may see it. */
    public boolean isMetrics(String path) {
        return path.startsWith(METRICS, base.length())
                && (path.length() == base.length() + METRICS.length() || path.endsWith(APPS_METRICS))
                && path.startsWith(base);
    }

    /** Answers a request; returns the reason of a refusal, or {@code null}. */
    public Outcome answer(
            HttpServletRequest request, HttpServletResponse response, ClientInfo client, OperatorAccess access)
            throws IOException {
        if (!access.mayReadMetrics(request, client)) {
            return Outcome.NOT_FOUND;
        }
        if (!METHODS.contains(request.getMethod())) {
            return Outcome.BAD_METHOD;
        }
        if (request.getRequestURI().length() == base.length() + METRICS.length()) {
            metricsPage.answer(request, response);
        } else {
            appsMetricsPage.answer(request, response);
        }
        return null;
    }
}
