package org.streamlitgateway.server;

import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
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
import org.streamlitgateway.gateway.GrowingThreadPool;

/** The gateway in a Jetty of its own. */
public final class EmbeddedServer {
    /** Streamlit takes 64 KiB of headers on HTTP; what its WebSocket server does not take is refused later, by name. */
    private static final int MAX_HEADERS_BYTES = 64 * 1024;

    private static final int ACCEPT_BACKLOG = 1024;
    private static final int OUTPUT_BUFFER_BYTES = 32 * 1024;
    private static final int MAX_THREADS = 400;
    private static final int THREAD_IDLE_MILLIS = 10_000;

    /** For what has been answered to leave; requests that ran longer than stop-timeout are cut then. */
    private static final long LAST_BYTES_MILLIS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServer.class);

    private final GatewayConfig config;
    private final GrowingThreadPool threads;
    private final Server server;
    private final ServerConnector connector;
    private final TlsCertificates certificates;
    private Gateway assembly;

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
        context.getServletHandler().setDecodeAmbiguousURIs(true); // the raw path is what we use
        context.getServletHandler().setFilterChainsCached(false); // by path, however long: clients would fill the heap
        withoutUpgradeFilter(context.getServletHandler());
        JakartaWebSocketServletContainerInitializer.configure(
                context, (servletContext, container) -> install(servletContext));
        GracefulHandler graceful = new GracefulHandler(context);
        server.setHandler(graceful);
        server.setErrorHandler(new PlainTextErrorHandler());
        context.setErrorHandler(new PlainTextErrorHandler.InContext());
        server.setStopTimeout(LAST_BYTES_MILLIS);
    }

    /**
     * Jetty puts a filter in front of every request, which copies all its headers to see whether they are a handshake for
     * an endpoint with a path; ours have none. It does so unless there is a filter of that name.
     */
    private static void withoutUpgradeFilter(ServletHandler handler) {
        FilterHolder unmapped = new FilterHolder((request, response, chain) -> chain.doFilter(request, response));
        unmapped.setName(WebSocketUpgradeFilter.class.getName());
        handler.addFilter(unmapped);
    }

    private void install(ServletContext context) throws DeploymentException {
        try {
            assembly = Gateway.install(
                    context, config, true, new EmbeddedDisconnectDetector(), new EmbeddedTakeover(threads));
        } catch (Exception failure) {
            throw new DeploymentException("the gateway did not start", failure);
        }
    }

    private ConnectionFactory[] protocols() {
        return certificates == null
                ? Protocols.clear(httpConfiguration())
                : Protocols.tls(httpConfiguration(), certificates.ssl());
    }

    private static HttpConfiguration httpConfiguration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADERS_BYTES);
        http.setResponseHeaderSize(MAX_HEADERS_BYTES);
        http.setOutputBufferSize(OUTPUT_BUFFER_BYTES);
        // the authority of an absolute target may differ from Host, and counts: see the customizer
        http.setHttpCompliance(http.getHttpCompliance().with("GATEWAY", HttpCompliance.Violation.MISMATCHED_AUTHORITY));
        http.addCustomizer(new TargetCustomizer());
        http.setUriCompliance(
                UriCompliance.UNSAFE); // any path goes on as it came; the gateway servlet refuses dot segments
        return http;
    }

    /**
     * Returns when the port is open.
     *
     * @throws IOException when the port cannot be opened, with a text fit for a user
     * @throws Exception for anything else
     */
    public void start() throws Exception {
        try {
            connector.open();
        } catch (IOException taken) {
            Throwable cause = taken.getCause() == null ? taken : taken.getCause();
            throw new IOException("cannot listen on " + config.listen() + ": " + cause.getMessage(), taken);
        }
        try {
            server.start();
            threads.growBy(connector.getScheduler());
            if (certificates != null) {
                certificates.watch(connector.getScheduler());
            }
        } catch (Exception failure) {
            stop();
            throw failure;
        }
    }

    /** Where the first replica of the first app is. */
    public HostPort firstUpstream() {
        return assembly.firstUpstream();
    }

    /** Starts the apps that do not wait for a visit; see {@link Gateway#startApps}. */
    public void startApps() throws IOException, InterruptedException {
        assembly.startApps();
    }

    /** Goes on with another configuration; see {@link Gateway#take}. */
    public void take(GatewayConfig next) throws Exception {
        assembly.take(next);
    }

    /** The address to open in a browser on this machine, with a slash at its end. */
    public URI uri() {
        String host = config.listen().host();
        boolean any = host.equals("0.0.0.0") || host.equals("::");
        String name = any ? "localhost" : host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return URI.create((certificates == null ? "http://" : "https://") + name + ":" + connector.getLocalPort()
                + (config.named() ? "" : config.app().prefix()) + "/");
    }

    /**
     * In order: not ready, for {@code drain-delay}; no new connections; WebSockets are closed and running requests
     * finish, within {@code stop-timeout}; what is left is cut.
     */
    public void stop() throws Exception {
        if (assembly != null && server.isStarted()) {
            assembly.drain();
        }
        connector.close();
        if (assembly != null) {
            assembly.finish();
        }
        try {
            server.stop();
        } catch (TimeoutException cut) { // everything has been stopped all the same
            LOG.info(
                    "requests that did not finish within {} ms were cut",
                    config.timeouts().stop().toMillis());
        }
        if (assembly != null) {
            assembly.stop();
        }
    }
}
