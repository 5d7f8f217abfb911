package org.streamlitgateway.channel.transport;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.feed.SubscriberTransport;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Message;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.websocket.peer.PendingCloses;

/** Transport through the Jakarta WebSocket API of any container: one message at a time, text as a string. */
final class JakartaTransport implements SubscriberTransport {
    private static final Logger LOG = LoggerFactory.getLogger(JakartaTransport.class);
    private static final long CLOSE_GRACE_MILLIS = 5000;

    private final Session session;
    private final boolean enveloped;
    private final Executor blocking;
    private final PendingCloses pendingCloses;

    JakartaTransport(Session session, boolean enveloped, Executor blocking, PendingCloses pendingCloses) {
        this.session = session;
        this.enveloped = enveloped;
        this.blocking = blocking;
        this.pendingCloses = pendingCloses;
        session.getAsyncRemote()
                .setSendTimeout(-1); // by default Tomcat aborts slow sends; here the channel's policy does
    }

    @Override
    public void write(List<Outbound> items, Callback callback) {
        new Batch(items.iterator(), callback).iterate();
    }

    /** Sends each message after the previous one is complete, as the async remote requires. */
    private final class Batch extends IteratingCallback {
        private final Iterator<Outbound> items;
        private final Callback callback;

        Batch(Iterator<Outbound> items, Callback callback) {
            this.items = items;
            this.callback = callback;
        }

        @Override
        protected Action process() {
            while (items.hasNext()) {
                if (send(items.next())) {
                    return Action.SCHEDULED;
                }
            }
            return Action.SUCCEEDED;
        }

        /** Starts to send the item; false when it has no form on this connection. */
        private boolean send(Outbound item) {
            if (item == ControlMessage.PING) {
                blocking.execute(this::ping);
                return true;
            }
            if (item instanceof ControlMessage control) {
                return enveloped && sendText(control.json());
            }
            Message message = (Message) item;
            if (enveloped) {
                return sendText(message.envelope());
            }
            if (message.isBinary()) {
                session.getAsyncRemote().sendBinary(message.payload(), result -> complete(result.getException()));
                return true;
            }
            session.getAsyncRemote().sendText(message.text(), result -> complete(result.getException()));
            return true;
        }

        private boolean sendText(byte[] utf8) {
            session.getAsyncRemote()
                    .sendText(new String(utf8, StandardCharsets.UTF_8), result -> complete(result.getException()));
            return true;
        }

        private void ping() {
            try {
                session.getBasicRemote().sendPing(ByteBuffer.allocate(0));
                succeeded();
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        }

        private void complete(Throwable failure) {
            if (failure == null) {
                succeeded();
            } else {
                failed(failure);
            }
        }

        @Override
        protected void onCompleteSuccess() {
            callback.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable failure) {
            callback.failed(failure);
        }
    }

    @Override
    public void close(Outcome outcome) {
        pendingCloses.submit(() -> {
            try {
                session.setMaxIdleTimeout(CLOSE_GRACE_MILLIS); // bounds the wait for the peer's close frame
                session.close(new CloseReason(CloseCodes.getCloseCode(outcome.closeCode()), outcome.text()));
            } catch (IOException | RuntimeException e) {
                LOG.debug("cannot close the WebSocket of a subscriber", e);
            }
        });
    }

    @Override
    public boolean answersPings() {
        return true;
    }
}
