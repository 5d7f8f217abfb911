package org.streamlitgateway.upstream.client;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.DuplexConnectionPool;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.client.ProtocolHandlers;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.UpgradeProtocolHandler;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.eclipse.jetty.websocket.core.client.WebSocketCoreClient;

/**
 * The shared HTTP client and the WebSocket client on top of it, configured for a proxy: they decode nothing, follow no
 * redirects, store no cookies and add no headers. One instance per gateway. Thread-safe.
 */
public final class UpstreamClient {
    /**
     * Tags of requests that need a new connection. Each tag has a connection pool of its own, so that requests of one kind
     * cannot exhaust the connections of another.
     */
    public enum Fresh {
        /** A request without a body that cannot be repeated, or is being repeated. */
        REQUEST,
        /** A request with a body, which may arrive slowly. */
        UPLOAD,
        /** A WebSocket handshake. */
        HANDSHAKE,
        /** A health check. */
        HEALTH
    }

    /** Maximum number of bytes of one read. */
    public static final int BUFFER_BYTES = 32 * 1024;

    /**
     * Idle timeout of pooled connections. Shorter than Streamlit's keep-alive of 5 s, so that Streamlit does not close a
     * connection while a request is on its way.
     */
    private static final long POOLED_IDLE_MILLIS = 3000;

    /** The thread that reads from Streamlit also relays to the browser; one can keep several cores busy. */
    private static final int CORES_PER_SELECTOR = 4;

    private static final int MAX_SELECTORS = 4;

    /** Limit for each tag, and for requests without a tag. */
    private static final int MAX_CONNECTIONS_PER_REPLICA = 1024;

    private static final int MAX_QUEUED_PER_REPLICA = 4096;
    private static final int MAX_HEADERS_BYTES = 64 * 1024;
    private static final int HEADERS_BYTES = 8 * 1024;

    private final Scheduler scheduler = new ScheduledExecutorScheduler("gateway-timer", true);
    private final HttpClient http;
    private final WebSocketClient webSocket;

    public UpstreamClient(Executor executor, Duration connectTimeout) {
        UpstreamConnector connector = new UpstreamConnector();
        int cores = Runtime.getRuntime().availableProcessors();
        connector.setSelectors(Math.max(1, Math.min(MAX_SELECTORS, cores / CORES_PER_SELECTOR)));
        SingleResponseConnection.Transport transport = new SingleResponseConnection.Transport(connector);
        transport.setConnectionPoolFactory(destination -> {
            DuplexConnectionPool pool = new DuplexConnectionPool(destination, MAX_CONNECTIONS_PER_REPLICA);
            if (destination.getOrigin().getTag() instanceof Fresh) {
                pool.setMaxUsage(1);
            }
            return pool;
        });
        transport.setInvocationType(
                InvocationType.NON_BLOCKING); // no listener blocks: calls them on the thread that reads
        http = new HttpClient(transport);
        http.setExecutor(executor);
        http.setScheduler(scheduler);
        http.setSocketAddressResolver(new LoopbackResolver(executor, scheduler, connectTimeout.toMillis()));
        http.setConnectTimeout(connectTimeout.toMillis());
        http.setMaxConnectionsPerDestination(MAX_CONNECTIONS_PER_REPLICA);
        http.setMaxRequestsQueuedPerDestination(MAX_QUEUED_PER_REPLICA);
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setUserAgentField(null);
        http.setRequestBufferSize(HEADERS_BYTES);
        http.setMaxRequestHeadersSize(MAX_HEADERS_BYTES);
        http.setMaxResponseHeadersSize(MAX_HEADERS_BYTES);
        http.setResponseBufferSize(BUFFER_BYTES);
        http.setDefaultRequestContentType(null);
        webSocket = new WebSocketClient(http);
        webSocket.setIdleTimeout(Duration.ZERO); // also sets that of the HTTP client
        http.setIdleTimeout(POOLED_IDLE_MILLIS);
        http.getRequestListeners().addQueuedListener(UpstreamClient::disableIdleTimeout);
        disableIdleThreads(webSocket);
    }

    /** Disables the idle timeout of a request: exchanges have timers of their own, and the timeout is for the pool. */
    private static void disableIdleTimeout(Request request) {
        if (request.getIdleTimeout() < 0) {
            request.idleTimeout(0, TimeUnit.MILLISECONDS);
        }
    }

    /** Keeps no idle threads in the client's pool, which serves blocking listeners; the gateway has none. */
    private static void disableIdleThreads(WebSocketClient webSocket) {
        WebSocketCoreClient core = webSocket.getBean(WebSocketCoreClient.class);
        if (core.getWebSocketComponents().getExecutor() instanceof QueuedThreadPool pool) {
            pool.setMinThreads(0);
        }
    }

    /**
     * Starts the clients.
     *
     * @throws Exception if the selector threads cannot be started
     */
    public void start() throws Exception {
        scheduler.start();
        http.start();
        http.getContentDecoderFactories().clear();
        ProtocolHandlers handlers = http.getProtocolHandlers();
        handlers.clear();
        handlers.put(new UpgradeProtocolHandler());
        handlers.put(new EarlyHintsProtocolHandler());
        handlers.put(new ProcessingProtocolHandler());
        webSocket.setInputBufferSize(BUFFER_BYTES);
        webSocket.setAutoFragment(true);
        webSocket.setMaxFrameSize(0);
        webSocket.setMaxBinaryMessageSize(0);
        webSocket.setMaxTextMessageSize(0);
        webSocket.start();
    }

    public Duration connectTimeout() {
        return Duration.ofMillis(http.getConnectTimeout());
    }

    public HttpClient http() {
        return http;
    }

    public WebSocketClient webSocket() {
        return webSocket;
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    public void stop() throws Exception {
        webSocket.stop();
        http.stop();
        scheduler.stop();
    }

    /**
     * Lets the selector's thread read a connection and call its listener, which saves a thread switch. The listener must
     * be short and must never block.
     *
     * @param whenDrained called by the reading thread, never concurrently, when it has read all available bytes; not called
     *     at the end of the input
     * @return false if the endpoint does not belong to this client; nothing is changed then
     */
    public static boolean readDirectly(EndPoint endPoint, Runnable whenDrained) {
        return UpstreamConnector.readDirectly(endPoint, whenDrained);
    }
}
