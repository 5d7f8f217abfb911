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
 * What goes to a feed, in order, one frame at a time, and what became of each. State is guarded by {@code this};
 * outcomes are told without holding the lock.
 */
final class SendQueue {
    private static final int MAX_MESSAGES = 1000;
    private static final int MAX_BYTES = 4 << 20;

    private static final class Waiting {
        private final Payload payload;
        private final int size;
        private final AtomicReference<Consumer<SendResult>> outcome;

        Waiting(Payload payload, Consumer<SendResult> outcome) {
            this.payload = payload;
            this.size = payload.size();
            this.outcome = new AtomicReference<>(outcome);
        }

        void end(SendResult sent) {
            Consumer<SendResult> untold = outcome.getAndSet(null);
            if (untold != null) {
                untold.accept(sent);
            }
        }
    }

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** What the present connection is told before all that waits. */
    private final Deque<Waiting> greeting = new ArrayDeque<>();

    private long bytes;
    private boolean closed = true;
    private Session session;
    private Waiting underWay;
    private boolean pumping;

    synchronized void open() {
        closed = false;
    }

    void offer(Payload payload, Consumer<SendResult> outcome) {
        Waiting item = new Waiting(payload, outcome);
        SendResult now = null;
        synchronized (this) {
            if (closed) {
                now = SendResult.rejected(SendResult.CLOSED);
            } else if (waiting.size() >= MAX_MESSAGES || bytes + item.size > MAX_BYTES) {
                now = SendResult.rejected(SendResult.FULL);
            } else {
                waiting.add(item);
                bytes += item.size;
                if (session == null) {
                    now = SendResult.QUEUED;
                }
            }
        }
        if (now != null) {
            item.end(now);
        } else {
            pump();
        }
    }

    /** The feed is up: {@link #pump} sends the greeting, and then what waits. */
    synchronized void use(Session opened, List<Payload> first) {
        if (!closed) {
            session = opened;
            greeting.clear();
            greet(first);
        }
    }

    /** Goes before what waits; for the present connection only. */
    synchronized void greet(List<Payload> payloads) {
        payloads.forEach(payload -> greeting.add(new Waiting(payload, sent -> {})));
    }

    /**
     * The feed is down: what waits goes on waiting, and what is offered from now on does, too.
     *
     * @return tells those who wait, to be run without a lock
     */
    Runnable lost() {
        return end(SendResult.QUEUED, false);
    }

    /** For good; what waits is dropped. Returns the same as {@link #lost}. */
    Runnable close() {
        return end(SendResult.rejected(SendResult.CLOSED), true);
    }

    private synchronized Runnable end(SendResult outcome, boolean forGood) {
        session = null;
        greeting.clear();
        closed |= forGood;
        List<Waiting> untold = new ArrayList<>(waiting);
        if (forGood) {
            waiting.clear();
            bytes = 0;
        }
        return () -> untold.forEach(item -> item.end(outcome));
    }

    /** One thread at a time; a frame that is taken at once is followed by the next in the loop, not by recursion. */
    void pump() {
        synchronized (this) {
            if (pumping) {
                return;
            }
            pumping = true;
        }
        while (true) {
            Session to;
            Waiting item;
            synchronized (this) {
                if (underWay != null || session == null || greeting.isEmpty() && waiting.isEmpty()) {
                    pumping = false;
                    return;
                }
                to = session;
                item = greeting.poll();
                if (item == null) {
                    item = waiting.poll();
                    bytes -= item.size;
                }
                underWay = item;
            }
            Waiting sending = item;
            Callback done = Callback.from(
                    () -> done(sending, SendResult.DELIVERED),
                    failure -> done(sending, SendResult.rejected(SendResult.UNCERTAIN)));
            if (item.payload.text() != null) {
                to.sendText(item.payload.text(), done);
            } else {
                to.sendBinary(ByteBuffer.wrap(item.payload.binary()), done);
            }
        }
    }

    private void done(Waiting item, SendResult sent) {
        synchronized (this) {
            underWay = null;
        }
        item.end(sent);
        pump();
    }
}
