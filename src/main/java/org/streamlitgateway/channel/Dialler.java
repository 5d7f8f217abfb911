package org.streamlitgateway.channel;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;

/**
 * What feeds are run with.
 *
 * @param executor for tasks that never wait
 * @param blocking for tasks that may wait for a slow subscriber
 */
public record Dialler(WebSocketClient webSocket, Scheduler scheduler, Executor executor, Executor blocking) {}
