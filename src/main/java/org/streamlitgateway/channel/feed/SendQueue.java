package org.streamlitgateway.channel.feed;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;

/**
 * Messages on their way to a feed: sent in order, one frame at a time, each with one result. Guarded by {@code this};
 * callbacks run without the lock.
 */
final class SendQueue {
    private static final int MAX_MESSAGES = 1000;
    private static final int MAX_BYTES = 4 << 20;

    private static final class Send {
        private final Payload payload;
        private final int size;
        private final AtomicReference<Consumer<SendResult>> callback;

        Send(Payload payload, Consumer<SendResult> callback) {
            this.payload = payload;
            this.size = payload.size();
            this.callback = new AtomicReference<>(callback);
        }

        /** Reports the first result; later ones are ignored. */
        void complete(SendResult result) {
            Consumer<SendResult> uncalled = callback.getAndSet(null);
            if (uncalled != null) {
                uncalled.accept(result);
            }
        }
    }

    private final Deque<Send> queue = new ArrayDeque<>();
    /** Messages sent before the queue, on the current connection only. */
    private final Deque<Send> greeting = new ArrayDeque<>();

    private long bytes;
    private boolean closed = true;
    private Session session;
    private Send inProgress;
    private boolean pumping;

    synchronized void open() {
        closed = false;
    }

    void offer(Payload payload, Consumer<SendResult> callback) {
        Send send = new Send(payload, callback);
        SendResult result = null;
        synchronized (this) {
            if (closed) {
                result = SendResult.rejected(SendResult.CLOSED);
            } else if (queue.size() >= MAX_MESSAGES || bytes + send.size > MAX_BYTES) {
                result = SendResult.rejected(SendResult.FULL);
            } else {
                queue.add(send);
                bytes += send.size;
                if (session == null) {
                    result = SendResult.QUEUED;
                }
            }
        }
        if (result != null) {
            send.complete(result);
        } else {
            pump();
        }
    }

    /** Switches to an open connection. The next {@link #pump} sends the greeting, then the queue. */
    synchronized void connected(Session opened, List<Payload> payloads) {
        if (!closed) {
            session = opened;
            greeting.clear();
            greet(payloads);
        }
    }

    /** Sends messages before the queued ones, on the current connection only. */
    synchronized void greet(List<Payload> payloads) {
        payloads.forEach(payload -> greeting.add(new Send(payload, result -> {})));
    }

    /**
     * Keeps queued messages, and those offered later, for the next connection.
     *
     * @return reports the results; to be run without a lock
     */
    Runnable disconnected() {
        return detach(SendResult.QUEUED, false);
    }

    /** Rejects the queued messages and later ones. Returns the same as {@link #disconnected}. */
    Runnable close() {
        return detach(SendResult.rejected(SendResult.CLOSED), true);
    }

    private synchronized Runnable detach(SendResult result, boolean closing) {
        session = null;
        greeting.clear();
        closed |= closing;
        List<Send> waiting = new ArrayList<>(queue);
        if (closing) {
            queue.clear();
            bytes = 0;
        }
        return () -> waiting.forEach(send -> send.complete(result));
    }

    /** Sends as much as possible, in one thread at a time. A frame that completes at once continues the loop. */
    void pump() {
        synchronized (this) {
            if (pumping) {
                return;
            }
            pumping = true;
        }
        while (true) {
            Session target;
            Send next;
            synchronized (this) {
                if (inProgress != null || session == null || greeting.isEmpty() && queue.isEmpty()) {
                    pumping = false;
                    return;
                }
                target = session;
                next = greeting.poll();
                if (next == null) {
                    next = queue.poll();
                    bytes -= next.size;
                }
                inProgress = next;
            }
            Send send = next;
            Callback callback = Callback.from(
                    () -> completed(send, SendResult.DELIVERED),
                    failure -> completed(send, SendResult.rejected(SendResult.UNCERTAIN)));
            if (send.payload.text() != null) {
                target.sendText(send.payload.text(), callback);
            } else {
                target.sendBinary(ByteBuffer.wrap(send.payload.binary()), callback);
            }
        }
    }

    private void completed(Send send, SendResult result) {
        synchronized (this) {
            inProgress = null;
        }
        send.complete(result);
        pump();
    }
}
