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
 * WebSocket to a feed, fanned out to any number of listeners in this process. There is one for each address. Reconnects by
 * itself when the connection is lost.
 *
 * <pre>{@code
 * SharedConnection prices = SharedConnection.get("ws://localhost:8011/ws").connect();
 * try (SharedConnection.Subscription mine = prices.listen(message -> show(message.json()))) {
 *     prices.sendMessage(Map.of("op", "ping"));
 * }
 * }</pre>
 *
 * <p>Thread-safe. Each listener has its own bounded outbox: a slow one does not delay others, and
 * {@link ChannelListener#onGap} reports the messages that were dropped for it.
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
     * Returns the connection to an address; creates one, not yet connected, if there is none or it was closed.
     *
     * @throws IllegalArgumentException unless {@code address} is a {@code ws} or {@code wss} address
     */
    public static SharedConnection get(String address) {
        return BY_ADDRESS.computeIfAbsent(ClientRuntime.address(address), SharedConnection::new);
    }

    /** Starts to connect and returns without waiting. {@link #listen} and the sends connect as well. */
    public SharedConnection connect() {
        feed.start();
        return this;
    }

    /** Returns the state of the connection. */
    public ChannelState state() {
        return feed.status().state();
    }

    /**
     * Adds a listener, which receives every message from now on.
     *
     * @throws IllegalStateException when the connection was closed
     */
    public Subscription listen(ChannelListener listener) {
        Subscriber subscriber = feed.subscribe(
                new ListenerTransport(listener, ClientRuntime.runtime().blocking()), ResumePoint.LIVE, null, () -> {});
        if (subscriber == null) {
            throw new IllegalStateException(
                    "the connection to " + address + " was closed; call SharedConnection.get() for a new one");
        }
        return () -> subscriber.leave(true);
    }

    /**
     * Sends a message as JSON and waits a bounded time for the result, which is {@link SendResult#UNCERTAIN} afterwards.
     *
     * @throws IllegalArgumentException when the message cannot be written as JSON
     */
    public SendResult sendMessage(Map<String, ?> message) {
        return sendMessage(ClientRuntime.json(message));
    }

    /** Sends text unchanged and waits for the result, as {@link #sendMessage(Map)} does. */
    public SendResult sendMessage(String json) {
        return ClientRuntime.await(ClientRuntime.send(feed, Payload.text(json)));
    }

    /** Sends a message as JSON. The stage completes with the result, never exceptionally. */
    public CompletionStage<SendResult> sendMessageAsync(Map<String, ?> message) {
        return sendMessageAsync(ClientRuntime.json(message));
    }

    /** Sends text unchanged. */
    public CompletionStage<SendResult> sendMessageAsync(String json) {
        return ClientRuntime.send(feed, Payload.text(json));
    }

    /** Sends a copy of the bytes as a binary frame. */
    public CompletionStage<SendResult> sendMessageAsync(byte[] bytes) {
        return ClientRuntime.send(feed, Payload.binary(bytes.clone()));
    }

    /** Closes the connection for all its listeners. The next {@link #get} creates another. */
    @Override
    public void close() {
        BY_ADDRESS.remove(address, this);
        feed.close(Outcome.NORMAL_CLOSURE);
    }

    /** Registration of one listener. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        /** Removes the listener; a call in progress completes. The connection stays open. */
        @Override
        void close();
    }
}
