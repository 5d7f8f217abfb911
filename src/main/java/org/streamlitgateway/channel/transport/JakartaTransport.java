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

/** A WebSocket of any container, by what Jakarta WebSocket has: one message at a time, each given as a string. */
final class JakartaTransport implements SubscriberTransport {
    private static final Logger LOG = LoggerFactory.getLogger(JakartaTransport.class);
    private static final long CLOSE_GRACE_MILLIS = 5000;

    private final Session session;
    private final boolean enveloped;
    private final Executor blocking;
    private final PendingCloses farewells;

    JakartaTransport(Session session, boolean enveloped, Executor blocking, PendingCloses farewells) {
        this.session = session;
        this.enveloped = enveloped;
        this.blocking = blocking;
        this.farewells = farewells;
        session.getAsyncRemote()
                .setSendTimeout(-1); // Tomcat would cut a slow one after 20 s; that is the policy's to say
    }

    @Override
    public void write(List<Outbound> items, Callback taken) {
        new Batch(items.iterator(), taken).iterate();
    }

    /** The async remote takes the next message when it has sent the one before. */
    private final class Batch extends IteratingCallback {
        private final Iterator<Outbound> items;
        private final Callback taken;

        Batch(Iterator<Outbound> items, Callback taken) {
            this.items = items;
            this.taken = taken;
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

        /** False when there is nothing to send. */
        private boolean send(Outbound item) {
            if (item == ControlMessage.PING) {
                blocking.execute(this::ping);
                return true;
            }
            if (item instanceof ControlMessage notice) {
                return enveloped && sendText(notice.json());
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
            } catch (IOException | RuntimeException lost) {
                failed(lost);
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
            taken.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable failure) {
            taken.failed(failure);
        }
    }

    @Override
    public void close(Outcome outcome) {
        farewells.submit(() -> {
            try {
                session.setMaxIdleTimeout(CLOSE_GRACE_MILLIS); // cuts one that does not answer
                session.close(new CloseReason(CloseCodes.getCloseCode(outcome.closeCode()), outcome.text()));
            } catch (IOException | RuntimeException gone) {
                LOG.debug("closing a subscriber", gone);
            }
        });
    }

    @Override
    public boolean answersPings() {
        return true;
    }
}
