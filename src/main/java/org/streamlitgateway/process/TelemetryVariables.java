package org.streamlitgateway.process;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Environment variables by which OpenTelemetry's libraries in an app learn what the app is, and where to send its data. */
final class TelemetryVariables {
    private static final String SERVICE_NAME = "OTEL_SERVICE_NAME";
    private static final String RESOURCE_ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES";
    private static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final String PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /** Name of the service for the app at the root. */
    private static final String ROOT_NAME = "streamlit-app";

    private TelemetryVariables() {}

    /**
     * Adds the variables. Attributes of the gateway's own environment, such as that of the deployment, are kept; its name is
     * replaced.
     *
     * @param app path of the app: empty, or as {@code /a/b}
     * @param endpoint collector, or empty
     */
    static void put(Map<String, String> environment, String app, String replica, String endpoint) {
        environment.put(SERVICE_NAME, app.length() <= 1 ? ROOT_NAME : app.substring(1));
        String attributes =
                "streamlit.app=" + encoded(app.isEmpty() ? "/" : app) + ",streamlit.replica=" + encoded(replica);
        environment.merge(RESOURCE_ATTRIBUTES, attributes, (own, added) -> own.isBlank() ? added : own + "," + added);
        if (!endpoint.isEmpty()) {
            environment.put(ENDPOINT, endpoint);
            environment.put(PROTOCOL, "http/protobuf"); // Python's default is gRPC, which has another port
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
