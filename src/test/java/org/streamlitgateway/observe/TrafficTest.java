package org.streamlitgateway.observe;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.observe.metrics.AppMetrics.Opening;
import org.streamlitgateway.observe.metrics.Metrics;

/** The series of an app live as long as it is served. */
class TrafficTest {
    private final Metrics metrics = new Metrics("test", "test");
    private final Traffic traffic = new Traffic(metrics, true);

    private String page() throws IOException {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        metrics.write(null, page);
        return page.toString(StandardCharsets.UTF_8);
    }

    @Test
    void seriesBeginAtZeroWithTheAppAndEndWithIt() throws IOException {
        traffic.setApps(List.of("/a", "/b"));
        assertTrue(page().contains("streamlit_gateway_reruns_total{app=\"/a\",status=\"finished\"} 0.0"), page());

        traffic.app("/b").metrics.versions("1.64.0", "3.11");
        traffic.app("/b").metrics.sessionOpened(Opening.LOST);
        assertTrue(page().contains("app=\"/b\""));
        traffic.setApps(List.of("/a"));
        assertFalse(page().contains("app=\"/b\""), page());
        assertTrue(page().contains("app=\"/a\""));
    }
}
