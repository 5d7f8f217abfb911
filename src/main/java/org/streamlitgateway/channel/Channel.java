package org.streamlitgateway.channel;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.outcome.Outcome;

/** A configured channel: one feed for all, or one for each subscriber. Thread-safe. */
final class Channel {
    private final ChannelConfig config;
    private final Dialler dialler;
    private final Timeouts timeouts;
    private final Counters counters = new Counters();
    private final Feed shared;
    /** Feeds of a dedicated channel: all of them, and those whose page can be known again. */
    private final Set<Feed> dedicated = ConcurrentHashMap.newKeySet();

    private final Map<String, Feed> byKey = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    Channel(ChannelConfig config, Dialler dialler, Timeouts timeouts) {
        this.config = config;
        this.dialler = dialler;
        this.timeouts = timeouts;
        this.shared = config.mode() == Mode.SHARED
                ? new Feed(config, config.linger(), counters, dialler, timeouts, () -> {})
                : null;
    }

    ChannelConfig config() {
        return config;
    }

    void start() {
        if (config.eager() && shared != null) {
            shared.start();
        }
    }

    void stop() {
        stopped = true;
        if (shared != null) {
            shared.close(Outcome.STOPPING);
        }
        dedicated.forEach(feed -> feed.close(Outcome.STOPPING));
    }

    /** {@code null} when the gateway is stopping. */
    Subscriber subscribe(Visitor visitor, Sink sink) {
        if (shared != null) {
            return shared.subscribe(sink, visitor.cursor());
        }
        Subscriber subscriber = null;
        while (subscriber == null && !stopped) {
            Feed feed = own(visitor.key());
            feed.endSubscribers(Outcome.TAKEN_OVER); // the page's earlier connection, if the gateway still has it
            subscriber = feed.subscribe(sink, visitor.cursor());
        }
        return subscriber;
    }

    private Feed own(String key) {
        if (key == null) {
            return add(null);
        }
        return byKey.computeIfAbsent(key, this::add);
    }

    private Feed add(String key) {
        Duration linger = key == null ? Duration.ZERO : config.linger();
        Feed[] feed = new Feed[1];
        feed[0] = new Feed(config, linger, counters, dialler, timeouts, () -> free(key, feed[0]));
        dedicated.add(feed[0]);
        return feed[0];
    }

    private void free(String key, Feed feed) {
        if (key != null) {
            byKey.remove(key, feed);
        }
        dedicated.remove(feed);
        feed.close(Outcome.GOOD_BYE);
    }

    void send(Visitor visitor, Feed feed, Payload payload, Consumer<Sent> outcome) {
        if (!config.access().maySend(visitor.user())) {
            counters.rejected.increment();
            outcome.accept(Sent.rejected(Sent.NOT_ALLOWED));
            return;
        }
        feed.send(payload, outcome);
    }

    /** The feed that a visitor without a subscription of its own sends to; {@code null} when there is none. */
    Feed feedOf(Visitor visitor) {
        if (shared != null) {
            return shared;
        }
        String key = visitor.key();
        return key == null ? null : byKey.get(key);
    }

    void keepAlive(long now) {
        if (shared != null) {
            shared.keepAlive(now, timeouts);
        }
        dedicated.forEach(feed -> feed.keepAlive(now, timeouts));
    }

    ChannelStatus status() {
        int upstreams = 0;
        int open = 0;
        for (Feed feed : shared != null ? Set.of(shared) : dedicated) {
            State state = feed.status().state();
            upstreams += state == State.CLOSED ? 0 : 1;
            open += state == State.OPEN ? 1 : 0;
        }
        return new ChannelStatus(
                config.name(),
                config.mode(),
                counters.subscribers.get(),
                upstreams,
                open,
                counters.messages.sum(),
                counters.delivered.sum(),
                counters.dropped.sum(),
                counters.behind.sum(),
                counters.sent.sum(),
                counters.rejected.sum(),
                counters.reconnects.sum());
    }
}
