package org.streamlitgateway.channel.client;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.streamlitgateway.channel.feed.Counters;
import org.streamlitgateway.channel.feed.Feed;
import org.streamlitgateway.channel.feed.FeedRuntime;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Limits;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.config.ChannelConfig.Slow;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.upstream.client.UpstreamClient;

/** What {@link Connection} and {@link SharedConnection} run on: one client for the process, on daemon threads. */
final class ClientRuntime {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Timeouts TIMEOUTS = new Timeouts(
            PATIENCE,
            PATIENCE,
            PATIENCE,
            PATIENCE,
            PING,
            PING,
            PATIENCE,
            Duration.ZERO,
            PATIENCE,
            Duration.ZERO,
            PATIENCE);
    private static final int MAX_THREADS = 32;

    private static FeedRuntime dialler;

    private ClientRuntime() {}

    /** Checks the address and makes a feed of it; nothing is dialled yet. */
    static Feed feed(URI address, Mode mode) {
        ChannelConfig usual = ChannelConfig.of(String.valueOf(address.getPath()), address, mode);
        Limits limits = usual.limits();
        ChannelConfig config = new ChannelConfig(
                usual.name(),
                mode,
                true, // until it is closed
                usual.linger(),
                usual.upstream(),
                new Limits(0, 0, limits.outbox(), limits.outboxBytes(), Slow.DROP_OLDEST),
                usual.quota(),
                usual.access());
        return new Feed(config, Duration.ZERO, new Counters(), dialler(), TIMEOUTS, () -> {});
    }

    /** @throws IllegalArgumentException when it is not a WebSocket's */
    static URI address(String text) {
        URI address = URI.create(text);
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("ws") && !scheme.equals("wss") || address.getHost() == null) {
            throw new IllegalArgumentException("not an address such as ws://localhost:8011/ws: " + text);
        }
        return address;
    }

    static synchronized FeedRuntime dialler() {
        if (dialler == null) {
            QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
            threads.setName("channel-client");
            threads.setDaemon(true);
            AtomicInteger number = new AtomicInteger();
            ExecutorService listeners = Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "channel-listener-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
            UpstreamClient client = new UpstreamClient(threads, PATIENCE);
            try {
                threads.start();
                client.start();
            } catch (Exception failure) {
                throw new IllegalStateException("the WebSocket client did not start", failure);
            }
            dialler = new FeedRuntime(client.webSocket(), client.scheduler(), threads, listeners);
        }
        return dialler;
    }

    static String json(Object message) {
        try {
            return JSON.std.asString(message);
        } catch (IOException notJson) {
            throw new IllegalArgumentException("the message cannot be written as JSON", notJson);
        }
    }

    static CompletableFuture<SendResult> send(Feed feed, Payload payload) {
        CompletableFuture<SendResult> outcome = new CompletableFuture<>();
        feed.send(payload, outcome::complete);
        return outcome;
    }

    /** Waits for the outcome; a socket that takes nothing for so long counts as too slow. */
    static SendResult await(CompletableFuture<SendResult> outcome) {
        try {
            return outcome.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return SendResult.rejected(SendResult.UNCERTAIN);
        } catch (TimeoutException | ExecutionException slow) {
            return SendResult.rejected(SendResult.UNCERTAIN);
        }
    }
}
