package org.streamlitgateway.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Environment variables for OpenTelemetry in apps. */
class TelemetryVariablesTest {
    @Test
    void appAndReplicaAreNamed() {
        Map<String, String> environment = new HashMap<>();
        TelemetryVariables.put(environment, "/a/b", "process 1", "http://localhost:4318");

        assertEquals(
                Map.of(
                        "OTEL_SERVICE_NAME", "a/b",
                        "OTEL_RESOURCE_ATTRIBUTES", "streamlit.app=%2Fa%2Fb,streamlit.replica=process%201",
                        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318",
                        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                environment);
    }

    @Test
    void gatewaysOwnNameIsReplacedAndItsAttributesAreKept() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "OTEL_SERVICE_NAME", "gateway",
                "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=prod",
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://own:4317"));
        TelemetryVariables.put(environment, "", "process 0", "");

        assertEquals(
                Map.of(
                        "OTEL_SERVICE_NAME", "streamlit-app",
                        "OTEL_RESOURCE_ATTRIBUTES",
                                "deployment.environment.name=prod,streamlit.app=%2F,streamlit.replica=process%200",
                        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://own:4317"),
                environment);
    }
}
