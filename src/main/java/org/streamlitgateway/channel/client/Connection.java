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
 * A WebSocket of your own to a feed, that comes back by itself when it is lost.
 *
 * <pre>{@code
 * try (Connection connection = new Connection("ws://localhost:8011/ws", message -> show(message.json())).connect()) {
 *     connection.sendMessage(Map.of("op", "ping"));
 * }
 * }</pre>
 *
 * <p>Connected once and closed once; thread-safe. No message is lost between {@link #connect()} and the first call of
 * the listener. Sends while the feed is down wait, up to a bound.
 */
public final class Connection implements AutoCloseable {
    private final URI address;
    private final ChannelListener listener;
    private Feed feed;

    /** @throws IllegalArgumentException unless {@code address} is a {@code ws} or {@code wss} one */
    public Connection(String address, ChannelListener listener) {
        this.address = ClientRuntime.address(address);
        this.listener = listener;
    }

    /** Begins to dial, and returns without waiting; does nothing when it has been called. */
    public synchronized Connection connect() {
        if (feed == null) {
            feed = ClientRuntime.feed(address, Mode.DEDICATED);
            feed.subscribe(
                    new ListenerTransport(listener, ClientRuntime.dialler().blocking()), ResumePoint.LIVE, () -> {});
        }
        return this;
    }

    /** How the socket is; {@link ChannelState#CLOSED} before it is connected. */
    public ChannelState state() {
        Feed connected = feed();
        return connected == null ? ChannelState.CLOSED : connected.status().state();
    }

    /** Sends a message as JSON and waits until its outcome is known, which does not take long. */
    public SendResult sendMessage(Map<String, ?> message) {
        return sendMessage(ClientRuntime.json(message));
    }

    /** Sends text as it is, and waits until its outcome is known. */
    public SendResult sendMessage(String json) {
        return ClientRuntime.await(ClientRuntime.send(connected(), Payload.text(json)));
    }

    /** Sends a message as JSON. */
    public CompletionStage<SendResult> sendMessageAsync(Map<String, ?> message) {
        return sendMessageAsync(ClientRuntime.json(message));
    }

    /** Sends text as it is. */
    public CompletionStage<SendResult> sendMessageAsync(String json) {
        return ClientRuntime.send(connected(), Payload.text(json));
    }

    /** Sends a binary frame. */
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

    /** Closes the socket with 1000 and frees it; nothing is heard or sent any more. */
    @Override
    public void close() {
        Feed connected = feed();
        if (connected != null) {
            connected.close(Outcome.NORMAL_CLOSURE);
        }
    }
}
