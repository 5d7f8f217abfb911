package org.streamlitgateway.channel;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.streamlitgateway.outcome.Farewells;

/**
 * What feeds are run with.
 *
 * @param executor for tasks that never wait
 * @param blocking for tasks that may wait for a slow subscriber
 * @param farewells for telling subscribers that their subscription is over
 */
public record Dialler(
        WebSocketClient webSocket, Scheduler scheduler, Executor executor, Executor blocking, Farewells farewells) {
    public Dialler(WebSocketClient webSocket, Scheduler scheduler, Executor executor, Executor blocking) {
        this(webSocket, scheduler, executor, blocking, new Farewells(blocking));
    }
}
