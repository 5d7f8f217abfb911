package org.streamlitgateway.bridge;

import jakarta.websocket.RemoteEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.api.Callback;

/**
 * Streamlit's messages on their way to the browser, for one {@link Bridge}. One message or part at a time is under way:
 * the next is demanded when the browser's side took the one before, which is the back-pressure on Streamlit.
 *
 * <p>Called by the thread that delivers Streamlit's frames, one at a time; {@link #stalledNanos} by the timer.
 */
final class ToBrowser {
    /** Streamlit names the session in its first message; of another server not all messages are to be looked at. */
    private static final int MAX_LOOKS = 64;

    private static final long NOTHING = 0;

    private final Bridge bridge;
    private final Relays relays;
    private final String prefix;
    private boolean partsSent;
    private int looks = MAX_LOOKS;
    private long messages;
    private volatile long sendingSinceNanos = NOTHING;

    /** @param prefix what Streamlit does not know of its own path; empty for nothing */
    ToBrowser(Bridge bridge, Relays relays, String prefix) {
        this.bridge = bridge;
        this.relays = relays;
        this.prefix = prefix;
    }

    void binary(ByteBuffer payload, boolean last, Callback taken) {
        if (begin(last)) {
            ByteBuffer message = payload.remaining() <= ForwardMsg.MAX_BYTES ? look(payload) : payload;
            bridge.browser().getAsyncRemote().sendBinary(message, result -> {
                taken.succeed();
                sent(result.getException());
            });
        } else {
            sendPart(remote -> remote.sendBinary(payload, last), taken);
        }
    }

    void text(String payload, boolean last) {
        if (begin(last)) {
            bridge.browser().getAsyncRemote().sendText(payload, result -> sent(result.getException()));
        } else {
            sendPart(remote -> remote.sendText(payload, last), Callback.NOOP);
        }
    }

    /** Whether it is a message of one piece. */
    private boolean begin(boolean last) {
        sendingSinceNanos = System.nanoTime();
        boolean whole = last && !partsSent;
        partsSent = !last;
        if (last) {
            messages++;
        }
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
        sendingSinceNanos = NOTHING;
        if (failure != null) {
            bridge.browserFailed(failure);
        }
        bridge.demand(); // after the end, too: the answer to our close frame is yet to be read
    }

    /** Learns the session's id from its first messages, and puts the prefix on a log-in redirect. */
    private ByteBuffer look(ByteBuffer payload) {
        if (looks > 0) {
            looks--;
            String id = ForwardMsg.sessionId(payload);
            if (id != null) {
                looks = 0;
                bridge.learn(id);
            }
        }
        ByteBuffer changed = prefix.isEmpty() ? null : ForwardMsg.withPrefix(payload, prefix);
        return changed == null ? payload : changed;
    }

    /** How long the browser has not taken what is under way; 0 when nothing is. */
    long stalledNanos(long now) {
        long since = sendingSinceNanos;
        return since == NOTHING ? 0 : Math.max(1, now - since);
    }

    /** How many messages went or are going; for the log, when it is over. */
    long messages() {
        return messages;
    }
}
