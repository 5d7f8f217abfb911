package org.streamlitgateway.channel.feed;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.streamlitgateway.websocket.peer.PendingCloses;

/**
 * Client, timer and threads that feeds share.
 *
 * @param executor for tasks that never block
 * @param blocking for tasks that may block on a slow subscriber
 * @param pendingCloses close frames that are being sent to subscribers
 */
public record FeedRuntime(
        WebSocketClient webSocket,
        Scheduler scheduler,
        Executor executor,
        Executor blocking,
        PendingCloses pendingCloses) {
    public FeedRuntime(WebSocketClient webSocket, Scheduler scheduler, Executor executor, Executor blocking) {
        this(webSocket, scheduler, executor, blocking, new PendingCloses(blocking));
    }
}
