package org.streamlitgateway.process;

import java.util.List;
import java.util.function.Supplier;

/**
 * Settings of the gateway that the processes of an app are started with.
 *
 * @param basePath path at which the gateway addresses Streamlit: empty, or as {@code /a/b}
 * @param trustedAddresses addresses whose X-Forwarded-For Streamlit trusts, besides the gateway's own
 * @param cookieSecret secret that signs Streamlit's cookies unless the app sets its own; requested at each start
 * @param app path of the app as configured, for OpenTelemetry
 * @param otlpEndpoint OpenTelemetry collector, or empty
 */
public record LaunchContext(
        String basePath,
        List<String> trustedAddresses,
        Supplier<String> cookieSecret,
        String app,
        String otlpEndpoint) {}
