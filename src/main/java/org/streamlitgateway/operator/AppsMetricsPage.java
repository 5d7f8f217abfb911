package org.streamlitgateway.operator;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.client.RawRequest;
import org.streamlitgateway.upstream.client.UpstreamClient;

/**
 * Page with Streamlit's own metrics of all replicas, each sample with the labels {@code app} and {@code replica}. A replica
 * that does not answer in time is absent. No thread waits for the replicas.
 */
final class AppsMetricsPage {
    private static final Logger LOG = LoggerFactory.getLogger(AppsMetricsPage.class);

    /** Families that Streamlit finds without visiting all caches. */
    private static final Set<String> CHEAP =
            new TreeSet<>(List.of("session_events", "session_duration_seconds", "active_sessions"));

    /** Families that may be asked for by name; those with user names are not among them. */
    private static final Set<String> ALLOWED =
            Set.of("session_events", "session_duration_seconds", "active_sessions", "cache_memory_bytes");

    private static final long TIMEOUT_MILLIS = 1000;
    private static final int MAX_BYTES = 1 << 20;
    private static final String CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final Supplier<List<App>> apps;
    private final UpstreamClient client;

    AppsMetricsPage(Supplier<List<App>> apps, UpstreamClient client) {
        this.apps = apps;
        this.client = client;
    }

    void answer(HttpServletRequest request, HttpServletResponse response) {
        Set<String> families = families(request);
        List<CompletableFuture<String>> answers = new ArrayList<>();
        AppsMetricsText text = new AppsMetricsText(ALLOWED);
        for (App app : apps.get()) {
            if (app.managed() == null || app.managed().isHealthy()) {
                for (Replica replica : app.replicas()) {
                    answers.add(ask(replica, app.prefix(), families).thenApply(body -> {
                        text.add(app.name(), replica.name(), body);
                        return "";
                    }));
                }
            }
        }
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // each request has a timeout
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .whenComplete((all, never) -> send(async, RequestObserver.of(request), response, text.toString()));
    }

    private static Set<String> families(HttpServletRequest request) {
        String[] wanted = request.getParameterValues("families");
        if (wanted == null) {
            return CHEAP;
        }
        Set<String> known = new TreeSet<>(List.of(wanted));
        known.retainAll(ALLOWED);
        return known;
    }

    /** Completes, always normally, with an empty text if the replica does not answer. */
    private CompletableFuture<String> ask(Replica replica, String prefix, Set<String> families) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        String target = (replica.isPrefixStripped() ? "" : prefix) + "/_stcore/metrics?families="
                + String.join("&families=", families);
        RawRequest request = new RawRequest(client.http(), replica.address(), "GET", target);
        request.headers(fields -> fields.put("Accept", "application/openmetrics-text"));
        request.timeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).send(new BufferingResponseListener(MAX_BYTES) {
            @Override
            public void onComplete(Result result) {
                boolean good = result.isSucceeded() && result.getResponse().getStatus() == 200;
                if (!good) {
                    LOG.debug(
                            "no metrics from replica {}: {}",
                            replica.address(),
                            result.isSucceeded()
                                    ? "status " + result.getResponse().getStatus()
                                    : FailureText.of(result.getFailure()));
                }
                answer.complete(good ? getContentAsString(StandardCharsets.UTF_8) : "");
            }
        });
        return answer;
    }

    private static void send(AsyncContext async, RequestObserver observer, HttpServletResponse response, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try {
            response.setContentType(CONTENT_TYPE);
            response.setHeader("Cache-Control", "no-store");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        } catch (IOException e) {
            LOG.debug("cannot send the metrics of apps: {}", FailureText.of(e));
        } finally {
            observer.end();
            async.complete();
        }
    }
}
