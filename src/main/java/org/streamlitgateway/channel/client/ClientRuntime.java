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

/** WebSocket client of {@link Connection} and {@link SharedConnection}: one for the process, on daemon threads. */
final class ClientRuntime {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PING = Duration.ofSeconds(20);
    private static final Timeouts TIMEOUTS = new Timeouts(
            TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT, PING, PING, TIMEOUT, Duration.ZERO, TIMEOUT, Duration.ZERO, TIMEOUT);
    private static final int MAX_THREADS = 32;

    /** Created on first use. Guarded by the class. */
    private static FeedRuntime runtime;

    private ClientRuntime() {}

    /** Creates a feed that connects when it is started or has a first subscriber, and stays connected until closed. */
    static Feed feed(URI address, Mode mode) {
        ChannelConfig defaults = ChannelConfig.of(String.valueOf(address.getPath()), address, mode);
        Limits limits = defaults.limits();
        ChannelConfig config = new ChannelConfig(
                defaults.name(),
                mode,
                true,
                defaults.linger(),
                defaults.upstream(),
                new Limits(0, 0, limits.outbox(), limits.outboxBytes(), Slow.DROP_OLDEST),
                defaults.quota(),
                defaults.access());
        return new Feed(config, Duration.ZERO, new Counters(), runtime(), TIMEOUTS, () -> {});
    }

    /** @throws IllegalArgumentException unless {@code text} is a {@code ws} or {@code wss} address */
    static URI address(String text) {
        URI address = URI.create(text);
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("ws") && !scheme.equals("wss") || address.getHost() == null) {
            throw new IllegalArgumentException("not a ws:// or wss:// address: " + text);
        }
        return address;
    }

    static synchronized FeedRuntime runtime() {
        if (runtime == null) {
            QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS);
            threads.setName("channel-client");
            threads.setDaemon(true);
            AtomicInteger number = new AtomicInteger();
            ExecutorService listeners = Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "channel-listener-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
            UpstreamClient client = new UpstreamClient(threads, TIMEOUT);
            try {
                threads.start();
                client.start();
            } catch (Exception e) {
                throw new IllegalStateException("cannot start the WebSocket client", e);
            }
            runtime = new FeedRuntime(client.webSocket(), client.scheduler(), threads, listeners);
        }
        return runtime;
    }

    static String json(Object message) {
        try {
            return JSON.std.asString(message);
        } catch (IOException e) {
            throw new IllegalArgumentException("the message cannot be written as JSON", e);
        }
    }

    static CompletableFuture<SendResult> send(Feed feed, Payload payload) {
        CompletableFuture<SendResult> result = new CompletableFuture<>();
        feed.send(payload, result::complete);
        return result;
    }

    /** Waits for the result, for a bounded time; afterwards the result is {@link SendResult#UNCERTAIN}. */
    static SendResult await(CompletableFuture<SendResult> result) {
        try {
            return result.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return SendResult.rejected(SendResult.UNCERTAIN);
        } catch (TimeoutException | ExecutionException e) {
            return SendResult.rejected(SendResult.UNCERTAIN);
        }
    }
}
