package org.streamlitgateway.server;

import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.ee10.websocket.servlet.WebSocketUpgradeFilter;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.container.jetty.EmbeddedDisconnectDetector;
import org.streamlitgateway.container.jetty.EmbeddedTakeover;
import org.streamlitgateway.gateway.Gateway;
import org.streamlitgateway.threads.GrowingThreadPool;

/** A gateway with an embedded Jetty server. */
public final class EmbeddedServer {
    /** Streamlit's limit for HTTP; handshakes that exceed the lower limit of its WebSocket server are refused later. */
    private static final int MAX_HEADERS_BYTES = 64 * 1024;

    private static final int ACCEPT_BACKLOG = 1024;
    private static final int OUTPUT_BUFFER_BYTES = 32 * 1024;
    private static final int MAX_THREADS = 400;
    private static final int THREAD_IDLE_MILLIS = 10_000;

    /** Time to flush completed responses; requests still running after stop-timeout are aborted. */
    private static final long FLUSH_MILLIS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServer.class);

    private final GatewayConfig config;
    private final GrowingThreadPool threads;
    private final Server server;
    private final ServerConnector connector;
    private final TlsCertificates certificates;
    private Gateway gateway;

    /** Failure of the gateway's start that is fit for a user; Jetty wraps it. */
    private IOException installFailure;

    public EmbeddedServer(GatewayConfig config) {
        this.config = config;
        this.certificates = config.tls() == null ? null : new TlsCertificates(config.tls());
        threads = new GrowingThreadPool("gateway-server", MAX_THREADS);
        threads.setIdleTimeout(THREAD_IDLE_MILLIS);
        server = new Server(threads);
        connector = new PeekingConnector(server, config, protocols());
        connector.setHost(config.listen().host());
        connector.setPort(config.listen().port());
        connector.setAcceptQueueSize(ACCEPT_BACKLOG);
        connector.setIdleTimeout(config.timeouts().client().toMillis());
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/", ServletContextHandler.NO_SESSIONS);
        context.getServletHandler().setDecodeAmbiguousURIs(true); // the gateway uses the raw path only
        context.getServletHandler()
                .setFilterChainsCached(false); // the cache's keys are paths, with which clients could fill the heap
        disableUpgradeFilter(context.getServletHandler());
        JakartaWebSocketServletContainerInitializer.configure(
                context, (servletContext, container) -> install(servletContext));
        GracefulHandler graceful = new GracefulHandler(context);
        server.setHandler(graceful);
        server.setErrorHandler(new PlainTextErrorHandler());
        context.setErrorHandler(new PlainTextErrorHandler.InContext());
        server.setStopTimeout(FLUSH_MILLIS);
    }

    /**
     * Replaces Jetty's upgrade filter by one that is never called. Jetty's copies the headers of every request to find
     * handshakes for endpoints with a path, and the gateway has none. Jetty adds its filter only if no other has its name.
     */
    private static void disableUpgradeFilter(ServletHandler handler) {
        FilterHolder unmapped = new FilterHolder((request, response, chain) -> chain.doFilter(request, response));
        unmapped.setName(WebSocketUpgradeFilter.class.getName());
        handler.addFilter(unmapped);
    }

    private void install(ServletContext context) throws DeploymentException {
        try {
            gateway = Gateway.install(
                    context, config, true, new EmbeddedDisconnectDetector(), new EmbeddedTakeover(threads));
        } catch (IOException e) {
            installFailure = e;
            throw new DeploymentException("the gateway did not start", e);
        } catch (Exception e) {
            throw new DeploymentException("the gateway did not start", e);
        }
    }

    private ConnectionFactory[] protocols() {
        return certificates == null
                ? Protocols.plain(httpConfiguration())
                : Protocols.tls(httpConfiguration(), certificates.ssl());
    }

    private static HttpConfiguration httpConfiguration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADERS_BYTES);
        http.setResponseHeaderSize(MAX_HEADERS_BYTES);
        http.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
        // the authority of an absolute target takes precedence over Host: see TargetCustomizer
        http.setHttpCompliance(http.getHttpCompliance().with("GATEWAY", HttpCompliance.Violation.MISMATCHED_AUTHORITY));
        http.addCustomizer(new TargetCustomizer());
        http.setUriCompliance(
                UriCompliance.UNSAFE); // paths are forwarded unchanged; the gateway servlet refuses dot segments
        return http;
    }

    /**
     * Opens the port and starts the server.
     *
     * @throws IOException if the port cannot be opened; the message is fit for a user
     * @throws Exception for any other failure
     */
    public void start() throws Exception {
        try {
            connector.open();
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String remedy = cause instanceof BindException ? "; choose another --proxy-port or --proxy-host" : "";
            throw new IOException("cannot listen on " + config.listen() + ": " + cause.getMessage() + remedy, e);
        }
        try {
            if (config.operators().metricsListen() != null) {
                MetricsPort.open(server, config.operators().metricsListen());
            }
            server.start();
            threads.growBy(connector.getScheduler());
            if (certificates != null) {
                certificates.watch(connector.getScheduler());
                gateway.metrics()
                        .gauge(
                                "tls_certificate_not_after_timestamp_seconds",
                                "When the certificate expires.",
                                values -> values.put(
                                        (double) certificates.notAfter().getEpochSecond()));
                gateway.setCertificateExpiry(certificates::notAfter);
            }
        } catch (Exception e) {
            stop();
            throw installFailure == null ? e : installFailure;
        }
    }

    /** Returns the gateway. Only valid after the start. */
    public Gateway gateway() {
        return gateway;
    }

    /** Returns the address of the first replica of the first app. */
    public HostPort firstUpstream() {
        return gateway.firstUpstream();
    }

    /** Starts the apps with {@code start: now}; see {@link Gateway#startApps}. */
    public void startApps() throws IOException, InterruptedException {
        gateway.startApps();
    }

    /** Opens the file of the access log again, after it was renamed. */
    public void reopenLogs() {
        if (gateway != null) {
            gateway.reopenLogs();
        }
    }

    /** Applies another configuration; see {@link Gateway#apply}. */
    public void apply(GatewayConfig next) throws Exception {
        gateway.apply(next);
    }

    /** Returns the address to open in a browser on this machine; ends with a slash. */
    public URI uri() {
        String host = config.listen().host();
        boolean any = host.equals("0.0.0.0") || host.equals("::");
        String name = any ? "localhost" : host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return URI.create((certificates == null ? "http://" : "https://") + name + ":" + connector.getLocalPort()
                + (config.named() ? "" : config.app().prefix()) + "/");
    }

    /**
     * Stops in order: reports "not ready" for {@code drain-delay}; refuses new connections; closes WebSockets and waits up to
     * {@code stop-timeout} for running requests; aborts the rest.
     */
    public void stop() throws Exception {
        if (gateway != null && server.isStarted()) {
            gateway.drain();
        }
        connector.close();
        if (gateway != null) {
            gateway.finish();
        }
        try {
            server.stop();
        } catch (TimeoutException e) { // the server has stopped all the same
            LOG.info(
                    "requests still running after {} ms (stop-timeout) were aborted",
                    config.timeouts().stop().toMillis());
        }
        if (gateway != null) {
            gateway.stop();
        }
    }
}
