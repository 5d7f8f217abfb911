package org.streamlitgateway.channel.client;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.streamlitgateway.channel.feed.Feed;
import org.streamlitgateway.channel.feed.Subscriber;
import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.outcome.Outcome;

/**
 * One WebSocket to a feed for the whole process, fanned out to any number of listeners. There is one for each address.
 *
 * <pre>{@code
 * SharedConnection prices = SharedConnection.get("ws://localhost:8011/ws").connect();
 * try (SharedConnection.Subscription mine = prices.listen(message -> show(message.json()))) {
 *     prices.sendMessage(Map.of("op", "ping"));
 * }
 * }</pre>
 *
 * <p>Thread-safe. A slow listener has an outbox of its own and delays nobody; it hears by
 * {@link ChannelListener#onGap} what did not fit.
 */
public final class SharedConnection implements AutoCloseable {
    private static final Map<URI, SharedConnection> BY_ADDRESS = new ConcurrentHashMap<>();

    private final URI address;
    private final Feed feed;

    private SharedConnection(URI address) {
        this.address = address;
        this.feed = ClientRuntime.feed(address, Mode.SHARED);
    }

    /**
     * The one connection to this address; made when there is none, or it was closed.
     *
     * @throws IllegalArgumentException unless {@code address} is a {@code ws} or {@code wss} one
     */
    public static SharedConnection get(String address) {
        return BY_ADDRESS.computeIfAbsent(ClientRuntime.address(address), SharedConnection::new);
    }

    /** Begins to dial, and returns without waiting; listening and sending do so as well. */
    public SharedConnection connect() {
        feed.start();
        return this;
    }

    /** How the socket is. */
    public ChannelState state() {
        return feed.status().state();
    }

    /** Hears every message from now on. */
    public Subscription listen(ChannelListener listener) {
        Subscriber subscriber = feed.subscribe(
                new ListenerTransport(listener, ClientRuntime.dialler().blocking()), ResumePoint.LIVE, () -> {});
        if (subscriber == null) {
            throw new IllegalStateException("the connection to " + address + " was closed; get a new one");
        }
        return () -> subscriber.left(true);
    }

    /** Sends a message as JSON and waits until its outcome is known, which does not take long. */
    public SendResult sendMessage(Map<String, ?> message) {
        return sendMessage(ClientRuntime.json(message));
    }

    /** Sends text as it is, and waits until its outcome is known. */
    public SendResult sendMessage(String json) {
        return ClientRuntime.await(ClientRuntime.send(feed, Payload.text(json)));
    }

    /** Sends a message as JSON. */
    public CompletionStage<SendResult> sendMessageAsync(Map<String, ?> message) {
        return sendMessageAsync(ClientRuntime.json(message));
    }

    /** Sends text as it is. */
    public CompletionStage<SendResult> sendMessageAsync(String json) {
        return ClientRuntime.send(feed, Payload.text(json));
    }

    /** Sends a binary frame. */
    public CompletionStage<SendResult> sendMessageAsync(byte[] bytes) {
        return ClientRuntime.send(feed, Payload.binary(bytes.clone()));
    }

    /** Closes the socket for every listener of the process. The next {@link #get} makes another. */
    @Override
    public void close() {
        BY_ADDRESS.remove(address, this);
        feed.close(Outcome.NORMAL_CLOSURE);
    }

    /** One listener of a shared connection. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        /** Nothing is heard after the call that may be running. The connection stays. */
        @Override
        void close();
    }
}
