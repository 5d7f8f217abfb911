package org.streamlitgateway.server;

import java.io.IOException;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.operator.OperatorAccess;

/** Additional port that serves metrics and health checks only. It marks its requests, and the gateway's servlet refuses others. */
final class MetricsPort {
    private static final int MAX_HEADERS_BYTES = 8 * 1024;
    private static final long IDLE_MILLIS = 30_000;

    private MetricsPort() {}

    /**
     * Opens the port, for a server that has not been started.
     *
     * @throws IOException if it cannot be opened; the message is fit for a user
     */
    static void open(Server server, HostPort listen) throws IOException {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADERS_BYTES);
        http.addCustomizer((request, headers) -> {
            request.setAttribute(OperatorAccess.METRICS_PORT, true);
            return request;
        });
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(listen.host());
        connector.setPort(listen.port());
        connector.setIdleTimeout(IDLE_MILLIS);
        try {
            connector.open();
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "cannot listen on " + listen + ": " + cause.getMessage() + "; choose another --metrics-port", e);
        }
        server.addConnector(connector);
    }
}
