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
 * The HttpClient and the WebSocketClient on top of it, set up for a proxy: nothing is decoded, followed, stored or
 * added. One of each per gateway; thread-safe.
 */
public final class UpstreamClient {
    /**
     * Tags of requests that must not travel on a connection that has been used before. Each has connections of its own,
     * so that none of them can take those of another, nor those of requests without a tag.
     */
    public enum Fresh {
        /** A request that cannot be repeated, or is being repeated, without a body. */
        REQUEST,
        /** A request with a body, which may come as slowly as its client likes. */
        UPLOAD,
        /** A WebSocket handshake. */
        HANDSHAKE,
        /** A question for the health. */
        HEALTH
    }

    /** The most that one read of Streamlit gives. */
    public static final int BUFFER_BYTES = 32 * 1024;

    /**
     * Below Streamlit's keep-alive of 5 s, so that a pooled connection is given up before Streamlit does so, and before
     * anything in between forgets it.
     */
    private static final long POOLED_IDLE_MILLIS = 3000;

    /** What Streamlit sends is relayed by the thread that reads it, and one of them can keep up with several cores. */
    private static final int CORES_PER_SELECTOR = 4;

    private static final int MAX_SELECTORS = 4;

    /** For each tag, and for requests without one. */
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
        transport.setInvocationType(InvocationType.NON_BLOCKING); // no listener of ours waits: no thread between
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
        webSocket.setIdleTimeout(Duration.ZERO); // which it passes on to the other client
        http.setIdleTimeout(POOLED_IDLE_MILLIS);
        http.getRequestListeners().addQueuedListener(UpstreamClient::withoutIdleTimeout);
        withoutIdleThreads(webSocket);
    }

    /** What is waited for has timers of its own; the time-out is for connections that nobody uses. */
    private static void withoutIdleTimeout(Request request) {
        if (request.getIdleTimeout() < 0) {
            request.idleTimeout(0, TimeUnit.MILLISECONDS);
        }
    }

    /** Its own pool is for listeners that take messages on another thread; none of ours does. */
    private static void withoutIdleThreads(WebSocketClient webSocket) {
        WebSocketCoreClient core = webSocket.getBean(WebSocketCoreClient.class);
        if (core.getWebSocketComponents().getExecutor() instanceof QueuedThreadPool own) {
            own.setMinThreads(0);
        }
    }

    /**
     * Starts the clients.
     *
     * @throws Exception when the selector threads cannot be started
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
     * For a connection whose listener never waits and does little: when the selector finds it readable, the selector's
     * thread reads it, and calls the listener.
     *
     * @param whenDrained run by the thread that reads, one at a time, when it has read all that was there; not at the end
     *     of the input
     * @return false when the socket is none of ours, and nothing has changed
     */
    public static boolean readDirectly(EndPoint endPoint, Runnable whenDrained) {
        return UpstreamConnector.readDirectly(endPoint, whenDrained);
    }
}
