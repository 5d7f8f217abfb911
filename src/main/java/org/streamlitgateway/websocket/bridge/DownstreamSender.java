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
 * Streamlit's messages on their way to the browser, for one {@link MessageBridge}. One message or part at a time is under way:
 * the next is demanded when the browser's side took the one before, which is the back-pressure on Streamlit. Where the
 * container can be told to, it keeps small messages that came together and sends them together: a rerun is a dozen.
 *
 * <p>Called by the thread that delivers Streamlit's frames, one at a time, which never waits here; {@link #stalledNanos}
 * by the timer.
 */
final class DownstreamSender {
    /** Streamlit names the session in its first message; of another server not all messages are to be looked at. */
    private static final int MAX_LOOKS = 64;

    private static final long NOTHING = 0;

    private final MessageBridge bridge;
    private final SessionRegistry relays;
    private final String prefix;
    private final UnacknowledgedBytes unacknowledged = new UnacknowledgedBytes();
    private boolean partsSent;
    private int looks = MAX_LOOKS;
    private long messages;

    /** Since when a message, a part or a flush is under way, by {@link System#nanoTime}; or {@link #NOTHING}. */
    private final AtomicLong busy = new AtomicLong(NOTHING);

    /** {@code null} where messages are sent one by one. */
    private BatchFlush batch;

    /** A message was sent that the container may have kept. Parts are never kept, and take along what was. */
    private boolean unflushed;

    /** What {@link #busy} was set to by the last flush. */
    private volatile long flushing;

    /** @param prefix what Streamlit does not know of its own path; empty for nothing */
    DownstreamSender(MessageBridge bridge, SessionRegistry relays, String prefix) {
        this.bridge = bridge;
        this.relays = relays;
        this.prefix = prefix;
    }

    /**
     * Before the first message.
     *
     * @param drains whether {@link #drained} will be called
     */
    void open(Session browser, boolean drains) {
        batch = drains ? BatchFlush.of(browser, this::flushed) : null;
        if (batch != null) {
            try {
                browser.getAsyncRemote().setBatchingAllowed(true);
            } catch (IOException lost) {
                bridge.browserFailed(lost);
            }
        }
    }

    /** What is on its way, for all that the container has taken. */
    UnacknowledgedBytes unacknowledged() {
        return unacknowledged;
    }

    void binary(ByteBuffer payload, boolean last, Callback taken) {
        unacknowledged.add(payload.remaining());
        if (begin(last)) {
            ByteBuffer message = payload.remaining() <= ForwardMessages.MAX_BYTES ? look(payload) : payload;
            bridge.browser().getAsyncRemote().sendBinary(message, result -> {
                taken.succeed();
                sent(result.getException());
            });
        } else {
            sendPart(remote -> remote.sendBinary(payload, last), taken);
        }
    }

    void text(String payload, boolean last) {
        unacknowledged.add(payload.length());
        if (begin(last)) {
            bridge.browser().getAsyncRemote().sendText(payload, result -> sent(result.getException()));
        } else {
            sendPart(remote -> remote.sendText(payload, last), Callback.NOOP);
        }
    }

    /** Streamlit's side has nothing more for now that could go along. */
    void drained() {
        if (unflushed) {
            unflushed = false;
            long now = nanoTime();
            flushing = now;
            busy.compareAndSet(NOTHING, now);
            batch.run();
        }
    }

    private void flushed(Throwable failure) {
        busy.compareAndSet(flushing, NOTHING); // unless a message has come after it
        if (failure != null) {
            bridge.browserFailed(failure);
        }
    }

    /** Whether it is a message of one piece, which can be sent without waiting. */
    private boolean begin(boolean last) {
        busy.set(nanoTime());
        boolean whole = last && !partsSent;
        partsSent = !last;
        if (last) {
            messages++;
        }
        unflushed = whole && batch != null;
        return whole;
    }

    /** One part's way of being sent. */
    @FunctionalInterface
    private interface Part {
        void send(RemoteEndpoint.Basic remote) throws IOException;
    }

    /** Jakarta WebSocket sends parts in no other way than by waiting, so it is done on another thread. */
    private void sendPart(Part part, Callback taken) {
        relays.execute(() -> {
            Throwable failure = null;
            try {
                part.send(bridge.browser().getBasicRemote());
            } catch (IOException | RuntimeException lost) {
                failure = lost;
            }
            taken.succeed();
            sent(failure);
        });
    }

    private void sent(Throwable failure) {
        busy.set(NOTHING);
        if (failure != null) {
            bridge.browserFailed(failure);
        }
        bridge.demand(); // after the end, too: the answer to our close frame is yet to be read
    }

    /** Learns the session's id from its first messages, and puts the prefix on a log-in redirect. */
    private ByteBuffer look(ByteBuffer payload) {
        if (looks > 0) {
            looks--;
            String id = ForwardMessages.sessionId(payload);
            if (id != null) {
                looks = 0;
                relays.learned(id, bridge);
            }
        }
        ByteBuffer changed = prefix.isEmpty() ? null : ForwardMessages.withPrefix(payload, prefix);
        return changed == null ? payload : changed;
    }

    /** How long the browser has not taken what is under way; 0 when nothing is. */
    long stalledNanos(long now) {
        long since = busy.get();
        return since == NOTHING ? 0 : Math.max(1, now - since);
    }

    private static long nanoTime() {
        long now = System.nanoTime();
        return now == NOTHING ? 1 : now;
    }

    /** How many messages went or are going; for the log, when it is over. */
    long messages() {
        return messages;
    }
}
