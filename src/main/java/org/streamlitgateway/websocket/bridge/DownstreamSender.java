package org.streamlitgateway.websocket.bridge;

import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.websocket.api.Callback;
import org.streamlitgateway.container.jetty.hosted.BatchFlush;
import org.streamlitgateway.streamlit.ForwardMessages;
import org.streamlitgateway.websocket.SessionRegistry;
import org.streamlitgateway.websocket.peer.UnacknowledgedBytes;

/**
 * Sender of Streamlit's messages to the browser, for one {@link MessageBridge}. One message or part at a time is in
 * transit. The next is demanded from Streamlit when the container has accepted the previous one, which is the
 * back-pressure on Streamlit. Where the container supports batching, small messages that arrive together, as in a
 * rerun, are flushed together.
 *
 * <p>The thread that delivers Streamlit's frames calls it, one frame at a time, and never waits here. The timer calls
 * {@link #stalledNanos}.
 */
final class DownstreamSender {
    /** Messages searched for the session id. Streamlit sends it in the first one, other servers never. */
    private static final int MAX_INSPECTED_MESSAGES = 64;

    private static final long IDLE = 0;

    private final MessageBridge bridge;
    private final SessionRegistry sessions;
    private final String prefix;
    private final UnacknowledgedBytes unacknowledged = new UnacknowledgedBytes();
    private boolean partsSent;
    private int remainingInspections = MAX_INSPECTED_MESSAGES;

    /** Start of the message, part or flush in transit, by {@link System#nanoTime}; or {@link #IDLE}. */
    private final AtomicLong busySinceNanos = new AtomicLong(IDLE);

    /** {@code null} if the container cannot batch. */
    private BatchFlush batch;

    /** Whether the container may have batched a message. Parts are never batched, and flush earlier messages. */
    private boolean unflushed;

    /** Value of {@link #busySinceNanos} set by the last flush. */
    private volatile long flushStartNanos;

    /** @param prefix path prefix that is removed from requests to Streamlit, or empty */
    DownstreamSender(MessageBridge bridge, SessionRegistry sessions, String prefix) {
        this.bridge = bridge;
        this.sessions = sessions;
        this.prefix = prefix;
    }

    /**
     * Called before the first message.
     *
     * @param drains whether {@link #upstreamDrained} will be called; without it, nothing is batched
     */
    void open(Session browser, boolean drains) {
        batch = drains ? BatchFlush.of(browser, this::flushed) : null;
        if (batch != null) {
            try {
                browser.getAsyncRemote().setBatchingAllowed(true);
            } catch (IOException e) {
                bridge.browserFailed(e);
            }
        }
    }

    /**
     * Returns the count of bytes that the browser has not acknowledged, whether or not the container has accepted them.
     */
    UnacknowledgedBytes unacknowledged() {
        return unacknowledged;
    }

    void binary(ByteBuffer payload, boolean last, Callback accepted) {
        unacknowledged.add(payload.remaining());
        if (beginSend(last)) {
            ByteBuffer message = payload.remaining() <= ForwardMessages.MAX_BYTES ? inspect(payload) : payload;
            bridge.browser().getAsyncRemote().sendBinary(message, result -> {
                accepted.succeed();
                sent(result.getException());
            });
        } else {
            sendPart(remote -> remote.sendBinary(payload, last), accepted);
        }
    }

    void text(String payload, boolean last) {
        unacknowledged.add(payload.length());
        if (beginSend(last)) {
            bridge.browser().getAsyncRemote().sendText(payload, result -> sent(result.getException()));
        } else {
            sendPart(remote -> remote.sendText(payload, last), Callback.NOOP);
        }
    }

    /** Flushes batched messages: no more data from Streamlit is available now. */
    void upstreamDrained() {
        if (unflushed) {
            unflushed = false;
            long now = nanoTime();
            flushStartNanos = now;
            busySinceNanos.compareAndSet(IDLE, now);
            batch.run();
        }
    }

    private void flushed(Throwable failure) {
        busySinceNanos.compareAndSet(flushStartNanos, IDLE); // unless a later message is in transit
        if (failure != null) {
            bridge.browserFailed(failure);
        }
    }

    /** Records the start of a send; returns true for a complete message, which can be sent without waiting. */
    private boolean beginSend(boolean last) {
        busySinceNanos.set(nanoTime());
        boolean whole = last && !partsSent;
        partsSent = !last;
        unflushed = whole && batch != null;
        return whole;
    }

    /** Send operation of one part. */
    @FunctionalInterface
    private interface Part {
        void send(RemoteEndpoint.Basic remote) throws IOException;
    }

    /** Sends a part on another thread, because Jakarta WebSocket sends parts only with blocking calls. */
    private void sendPart(Part part, Callback accepted) {
        sessions.execute(() -> {
            Throwable failure = null;
            try {
                part.send(bridge.browser().getBasicRemote());
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
            accepted.succeed();
            sent(failure);
        });
    }

    private void sent(Throwable failure) {
        busySinceNanos.set(IDLE);
        if (failure != null) {
            bridge.browserFailed(failure);
        }
        bridge.demand(); // after the end, too: the answer to the gateway's close frame must be read
    }

    /** Finds the session id in the first messages, and adds the prefix to a log-in redirect. */
    private ByteBuffer inspect(ByteBuffer payload) {
        if (remainingInspections > 0) {
            remainingInspections--;
            String id = ForwardMessages.sessionId(payload);
            if (id != null) {
                remainingInspections = 0;
                sessions.identified(bridge, id);
            }
        }
        ByteBuffer changed = prefix.isEmpty() ? null : ForwardMessages.withPrefix(payload, prefix);
        return changed == null ? payload : changed;
    }

    /** Returns for how long the container has not accepted the data in transit; 0 if there is none. */
    long stalledNanos(long now) {
        long since = busySinceNanos.get();
        return since == IDLE ? 0 : Math.max(1, now - since);
    }

    private static long nanoTime() {
        long now = System.nanoTime();
        return now == IDLE ? 1 : now;
    }
}
