package org.streamlitgateway.channel.feed;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.streamlitgateway.websocket.peer.PendingCloses;

/**
 * What feeds are run with.
 *
 * @param executor for tasks that never wait
 * @param blocking for tasks that may wait for a slow subscriber
 * @param farewells for telling subscribers that their subscription is over
 */
public record FeedRuntime(
        WebSocketClient webSocket, Scheduler scheduler, Executor executor, Executor blocking, PendingCloses farewells) {
    public FeedRuntime(WebSocketClient webSocket, Scheduler scheduler, Executor executor, Executor blocking) {
        this(webSocket, scheduler, executor, blocking, new PendingCloses(blocking));
    }
}
