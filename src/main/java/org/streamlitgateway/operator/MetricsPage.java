package org.streamlitgateway.operator;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import org.streamlitgateway.observe.metrics.Metrics;

/** Page with the gateway's metrics, for Prometheus. */
final class MetricsPage {
    /** Usual size of the page. */
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Metrics metrics;

    MetricsPage(Metrics metrics) {
        this.metrics = metrics;
    }

    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String accept = String.join(",", Collections.list(request.getHeaders("Accept")));
        ByteArrayOutputStream body = new ByteArrayOutputStream(BUFFER_BYTES);
        metrics.write(accept, body);
        response.setContentType(metrics.contentType(accept));
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(body.size());
        body.writeTo(response.getOutputStream());
    }
}
