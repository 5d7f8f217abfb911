package org.streamlitgateway.channel;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import org.streamlitgateway.channel.Incoming.Bye;
import org.streamlitgateway.channel.Incoming.Send;
import org.streamlitgateway.outcome.Outcome;

/** A subscriber's WebSocket, in any container. Containers call one method at a time. */
public final class ChannelEndpoint extends Endpoint {
    /** Whether the classes of the embedded Jetty are there; learned once. */
    private static volatile boolean jettyInReach = true;

    private final Channel channel;
    private final Visitor visitor;
    private final boolean enveloped;
    private final Dialler dialler;
    private Sink sink;
    private volatile Subscriber subscriber;

    ChannelEndpoint(Channel channel, Visitor visitor, boolean enveloped, Dialler dialler) {
        this.channel = channel;
        this.visitor = visitor;
        this.enveloped = enveloped;
        this.dialler = dialler;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.setMaxIdleTimeout(0); // pings find dead peers
        session.setMaxTextMessageBufferSize(Payload.MAX_BYTES * 2); // the envelope, and base64
        session.setMaxBinaryMessageBufferSize(Payload.MAX_BYTES);
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) this::text);
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) this::binary);
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> heard());
        sink = sink(session);
        subscriber = channel.subscribe(visitor, sink);
        if (subscriber == null) {
            sink.close(Outcome.STOPPING);
        }
    }

    private Sink sink(Session session) {
        if (jettyInReach) {
            try {
                Sink jetty = JettySink.of(session, enveloped, dialler.scheduler());
                if (jetty != null) {
                    return jetty;
                }
            } catch (LinkageError otherContainer) {
                jettyInReach = false;
            }
        }
        return new JakartaSink(session, enveloped, dialler.blocking());
    }

    private void heard() {
        Subscriber present = subscriber;
        if (present != null) {
            present.heard();
        }
    }

    private void text(String text) {
        heard();
        if (!enveloped) {
            send(Payload.text(text));
            return;
        }
        Incoming incoming = Incoming.parse(text);
        Subscriber present = subscriber;
        if (present == null) {
            return;
        }
        if (incoming == null) {
            present.end(Outcome.NOT_UNDERSTOOD);
        } else if (incoming instanceof Send send) {
            channel.send(visitor, present.feed(), send.payload(), sent -> present.tell(Notice.sent(send.id(), sent)));
        } else if (incoming instanceof Bye) {
            present.left(true);
            sink.close(Outcome.GOOD_BYE);
        }
    }

    private void binary(ByteBuffer bytes) {
        heard();
        if (enveloped) {
            subscriber.end(Outcome.NOT_UNDERSTOOD);
            return;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        send(Payload.binary(copy));
    }

    /** Without the protocol there is no way to tell of an outcome but to close. */
    private void send(Payload payload) {
        Subscriber present = subscriber;
        channel.send(visitor, present.feed(), payload, sent -> {
            if (sent.outcome() == Sent.Outcome.REJECTED) {
                present.end(sent.reason().equals(Sent.NOT_ALLOWED) ? Outcome.FORBIDDEN : Outcome.BEHIND);
            }
        });
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        Subscriber present = subscriber;
        if (present != null) {
            present.left(reason.getCloseCode() == CloseCodes.NORMAL_CLOSURE);
        }
    }

    @Override
    public void onError(Session session, Throwable cause) {
        Subscriber present = subscriber;
        if (present != null) {
            present.left(false); // the container closes, and says why: 1009 when a message was too large
        }
    }
}
