package org.streamlitgateway.channel.client;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.streamlitgateway.channel.feed.Feed;
import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.outcome.Outcome;

/**
 * WebSocket to a feed, used by one owner. Reconnects by itself when the connection is lost.
 *
 * <pre>{@code
 * try (Connection connection = new Connection("ws://localhost:8011/ws", message -> show(message.json())).connect()) {
 *     connection.sendMessage(Map.of("op", "ping"));
 * }
 * }</pre>
 *
 * <p>Thread-safe. Can be connected and closed once. The listener receives every message from the opening of the
 * connection on. While the feed is down, a bounded number of sends is queued.
 */
public final class Connection implements AutoCloseable {
    private final URI address;
    private final ChannelListener listener;
    /** {@code null} until connected. Guarded by this. */
    private Feed feed;

    /** @throws IllegalArgumentException unless {@code address} is a {@code ws} or {@code wss} address */
    public Connection(String address, ChannelListener listener) {
        this.address = ClientRuntime.address(address);
        this.listener = listener;
    }

    /** Starts to connect and returns without waiting. Later calls have no effect. */
    public synchronized Connection connect() {
        if (feed == null) {
            feed = ClientRuntime.feed(address, Mode.DEDICATED);
            feed.subscribe(
                    new ListenerTransport(listener, ClientRuntime.runtime().blocking()),
                    ResumePoint.LIVE,
                    null,
                    () -> {});
        }
        return this;
    }

    /** Returns the state of the connection; {@link ChannelState#CLOSED} before {@link #connect}. */
    public ChannelState state() {
        Feed connected = feed();
        return connected == null ? ChannelState.CLOSED : connected.status().state();
    }

    /**
     * Sends a message as JSON and waits a bounded time for the result, which is {@link SendResult#UNCERTAIN} afterwards.
     *
     * @throws IllegalArgumentException when the message cannot be written as JSON
     * @throws IllegalStateException before {@link #connect}
     */
    public SendResult sendMessage(Map<String, ?> message) {
        return sendMessage(ClientRuntime.json(message));
    }

    /** Sends text unchanged and waits for the result, as {@link #sendMessage(Map)} does. */
    public SendResult sendMessage(String json) {
        return ClientRuntime.await(ClientRuntime.send(connected(), Payload.text(json)));
    }

    /** Sends a message as JSON. The stage completes with the result, never exceptionally. */
    public CompletionStage<SendResult> sendMessageAsync(Map<String, ?> message) {
        return sendMessageAsync(ClientRuntime.json(message));
    }

    /** Sends text unchanged. */
    public CompletionStage<SendResult> sendMessageAsync(String json) {
        return ClientRuntime.send(connected(), Payload.text(json));
    }

    /** Sends a copy of the bytes as a binary frame. */
    public CompletionStage<SendResult> sendMessageAsync(byte[] bytes) {
        return ClientRuntime.send(connected(), Payload.binary(bytes.clone()));
    }

    private synchronized Feed feed() {
        return feed;
    }

    private Feed connected() {
        Feed connected = feed();
        if (connected == null) {
            throw new IllegalStateException("not connected: call connect() first");
        }
        return connected;
    }

    /** Closes the connection permanently, with close code 1000. Queued and later sends are rejected. */
    @Override
    public void close() {
        Feed connected = feed();
        if (connected != null) {
            connected.close(Outcome.NORMAL_CLOSURE);
        }
    }
}
