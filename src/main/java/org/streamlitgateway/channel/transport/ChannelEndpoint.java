package org.streamlitgateway.channel.transport;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import org.streamlitgateway.channel.Channel;
import org.streamlitgateway.channel.SubscribeRequest;
import org.streamlitgateway.channel.feed.FeedRuntime;
import org.streamlitgateway.channel.feed.Subscriber;
import org.streamlitgateway.channel.feed.SubscriberTransport;
import org.streamlitgateway.channel.protocol.ClientMessage;
import org.streamlitgateway.channel.protocol.ClientMessage.Bye;
import org.streamlitgateway.channel.protocol.ClientMessage.Greeting;
import org.streamlitgateway.channel.protocol.ClientMessage.Send;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.outcome.Outcome;

/** A subscriber's WebSocket, in any container. Containers call one method at a time. */
public final class ChannelEndpoint extends Endpoint {
    /** What the protocol puts around a payload, its id included. */
    private static final int ENVELOPE_CHARS = 4096;

    /** Whether the classes of the embedded Jetty are there; learned once. */
    private static volatile boolean jettyInReach = true;

    private final Channel channel;
    private final SubscribeRequest visitor;
    private final boolean enveloped;
    private final FeedRuntime dialler;
    private final MessageAssembler parts;
    private SubscriberTransport sink;
    private volatile Subscriber subscriber;

    ChannelEndpoint(Channel channel, SubscribeRequest visitor, boolean enveloped, FeedRuntime dialler) {
        this.channel = channel;
        this.visitor = visitor;
        this.enveloped = enveloped;
        this.dialler = dialler;
        this.parts = new MessageAssembler(most());
    }

    /** Base64, quotation marks and indentation make a payload longer. */
    private int most() {
        int payload = channel.config().quota().messageBytes();
        return enveloped ? payload * 2 + ENVELOPE_CHARS : payload;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.setMaxIdleTimeout(0); // pings find dead peers
        FrameLimit.set(session, most() * 2L);
        session.addMessageHandler(String.class, (MessageHandler.Partial<String>) this::text);
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) this::binary);
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> heard());
        sink = sink(session);
        subscriber = channel.subscribe(visitor, sink);
    }

    private SubscriberTransport sink(Session session) {
        if (jettyInReach) {
            try {
                SubscriberTransport jetty = JettyTransport.of(session, enveloped, dialler.scheduler());
                if (jetty != null) {
                    return jetty;
                }
            } catch (LinkageError otherContainer) {
                jettyInReach = false;
            }
        }
        return new JakartaTransport(session, enveloped, dialler.blocking(), dialler.farewells());
    }

    private void heard() {
        Subscriber present = subscriber;
        if (present != null) {
            present.heard();
        }
    }

    /** The one who may say something, or {@code null}: what still comes of one that has been ended is dropped. */
    private Subscriber speaker(int size) {
        Subscriber present = subscriber;
        if (present == null || present.hasEnded()) {
            return null;
        }
        present.heard();
        if (parts.isTooLarge(size)) {
            present.end(Outcome.MESSAGE_TOO_LARGE);
            return null;
        }
        return present;
    }

    private void text(String part, boolean last) {
        Subscriber present = speaker(part.length());
        String text = present == null ? null : parts.add(part, last);
        if (text == null) {
            return;
        }
        if (!enveloped) {
            send(present, Payload.text(text));
            return;
        }
        ClientMessage incoming = ClientMessage.parse(text);
        if (incoming == null) {
            present.end(Outcome.NOT_UNDERSTOOD);
        } else if (incoming instanceof Send send) {
            channel.send(
                    visitor,
                    present.feed(),
                    send.payload(),
                    sent -> present.tell(ControlMessage.sent(send.id(), sent)));
        } else if (incoming instanceof Greeting greeting) {
            channel.greet(visitor, present, greeting.payloads());
        } else if (incoming instanceof Bye) {
            present.left(true);
            sink.close(Outcome.NORMAL_CLOSURE);
        }
    }

    private void binary(ByteBuffer part, boolean last) {
        Subscriber present = speaker(part.remaining());
        if (present != null && enveloped) {
            present.end(Outcome.NOT_UNDERSTOOD);
            return;
        }
        byte[] bytes = present == null ? null : parts.add(part, last);
        if (bytes != null) {
            send(present, Payload.binary(bytes));
        }
    }

    /** Without the protocol there is no way to tell of an outcome but to close. */
    private void send(Subscriber present, Payload payload) {
        channel.send(visitor, present.feed(), payload, sent -> {
            if (sent.outcome() == SendResult.Outcome.REJECTED) {
                present.end(
                        switch (sent.reason()) {
                            case SendResult.NOT_ALLOWED -> Outcome.FORBIDDEN;
                            case SendResult.TOO_LARGE -> Outcome.MESSAGE_TOO_LARGE;
                            case SendResult.TOO_MANY -> Outcome.TOO_MANY_SENDS;
                            default -> Outcome.BEHIND;
                        });
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
