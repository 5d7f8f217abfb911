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
import org.streamlitgateway.channel.protocol.ClientMessage.Greeting;
import org.streamlitgateway.channel.protocol.ClientMessage.Send;
import org.streamlitgateway.channel.protocol.ClientMessage.Unsubscribe;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.outcome.Outcome;

/** WebSocket endpoint of a subscriber, in any container. Containers call one method at a time. */
public final class ChannelEndpoint extends Endpoint {
    /** Size of the protocol's JSON around a payload, including an id. */
    private static final int ENVELOPE_CHARS = 4096;

    /** Whether the embedded Jetty's classes can be loaded; cleared by the first failure. */
    private static volatile boolean jettyAvailable = true;

    private final Channel channel;
    private final SubscribeRequest subscribeRequest;
    private final boolean enveloped;
    private final FeedRuntime runtime;
    private final MessageAssembler assembler;
    private SubscriberTransport transport;
    private volatile Subscriber subscriber;

    /** @param enveloped whether the client speaks the channel protocol, or else exchanges bare payloads */
    ChannelEndpoint(Channel channel, SubscribeRequest subscribeRequest, boolean enveloped, FeedRuntime runtime) {
        this.channel = channel;
        this.subscribeRequest = subscribeRequest;
        this.enveloped = enveloped;
        this.runtime = runtime;
        this.assembler = new MessageAssembler(maxMessageSize());
    }

    /** Allows for base64, escapes and indentation, which make an enveloped payload longer. */
    private int maxMessageSize() {
        int payload = channel.config().quota().messageBytes();
        return enveloped ? payload * 2 + ENVELOPE_CHARS : payload;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.setMaxIdleTimeout(0); // pings detect dead peers
        FrameLimit.set(session, maxMessageSize() * 2L);
        session.addMessageHandler(String.class, (MessageHandler.Partial<String>) this::onText);
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) this::onBinary);
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> onPong());
        transport = transport(session);
        subscriber = channel.subscribe(subscribeRequest, transport);
    }

    private SubscriberTransport transport(Session session) {
        if (jettyAvailable) {
            try {
                SubscriberTransport jetty = JettyTransport.of(session, enveloped, runtime.scheduler());
                if (jetty != null) {
                    return jetty;
                }
            } catch (LinkageError e) { // another container
                jettyAvailable = false;
            }
        }
        return new JakartaTransport(session, enveloped, runtime.blocking(), runtime.pendingCloses());
    }

    private void onPong() {
        Subscriber current = subscriber;
        if (current != null) {
            current.heard();
        }
    }

    /** Returns the subscriber, unless it has ended or this part of a message is too large. */
    private Subscriber receiver(int size) {
        Subscriber current = subscriber;
        if (current == null || current.hasEnded()) {
            return null;
        }
        current.heard();
        if (assembler.isTooLarge(size)) {
            current.end(Outcome.MESSAGE_TOO_LARGE);
            return null;
        }
        return current;
    }

    private void onText(String part, boolean last) {
        Subscriber current = receiver(part.length());
        String text = current == null ? null : assembler.add(part, last);
        if (text == null) {
            return;
        }
        if (!enveloped) {
            sendBare(current, Payload.text(text));
            return;
        }
        ClientMessage message = ClientMessage.parse(text);
        if (message == null) {
            current.end(Outcome.NOT_UNDERSTOOD);
        } else if (message instanceof Send send) {
            channel.send(
                    subscribeRequest,
                    current.feed(),
                    send.payload(),
                    result -> current.send(ControlMessage.sent(send.id(), result)));
        } else if (message instanceof Greeting greeting) {
            channel.greet(subscribeRequest, current, greeting.payloads());
        } else if (message instanceof Unsubscribe) {
            current.leave(true);
            transport.close(Outcome.NORMAL_CLOSURE);
        }
    }

    private void onBinary(ByteBuffer part, boolean last) {
        Subscriber current = receiver(part.remaining());
        if (current != null && enveloped) {
            current.end(Outcome.NOT_UNDERSTOOD);
            return;
        }
        byte[] bytes = current == null ? null : assembler.add(part, last);
        if (bytes != null) {
            sendBare(current, Payload.binary(bytes));
        }
    }

    /** Sends a bare payload. A rejection closes the connection, the only way to report it without the protocol. */
    private void sendBare(Subscriber current, Payload payload) {
        channel.send(subscribeRequest, current.feed(), payload, result -> {
            if (result.outcome() == SendResult.Outcome.REJECTED) {
                current.end(
                        switch (result.reason()) {
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
        Subscriber current = subscriber;
        if (current != null) {
            current.leave(reason.getCloseCode() == CloseCodes.NORMAL_CLOSURE);
        }
    }

    @Override
    public void onError(Session session, Throwable cause) {
        Subscriber current = subscriber;
        if (current != null) {
            current.leave(false); // the container closes with its own code: 1009 when a message was too large
        }
    }
}
