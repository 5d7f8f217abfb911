package org.streamlitgateway.channel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.limit.OverLimit;
import org.streamlitgateway.outcome.Outcome;

/** A configured channel: one feed for all, or one for each subscriber. Thread-safe. */
final class Channel {
    private static final int MAX_GREETING_BYTES = 64 * 1024;

    /** POSTs whose bodies are gathered at one time, in all and of one client. */
    private static final int MAX_POSTS = 256;

    private static final int MAX_POSTS_PER_CLIENT = 16;

    private final ChannelConfig config;
    private final Dialler dialler;
    private final Timeouts timeouts;
    private final long minBodyRate;
    private final Counters counters = new Counters();
    private final Places places;
    private final Places posts = new Places(MAX_POSTS, MAX_POSTS_PER_CLIENT);
    private final SendRates rates;
    private final OverLimit overSubscribers;
    private final OverLimit overSends;
    private final Feed shared;
    /** Feeds of a dedicated channel: all of them, and those whose page can be known again. */
    private final Set<Feed> dedicated = ConcurrentHashMap.newKeySet();

    private final Map<String, Feed> byKey = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    Channel(ChannelConfig config, Dialler dialler, Timeouts timeouts, long minBodyRate) {
        this.config = config;
        this.dialler = dialler;
        this.timeouts = timeouts;
        this.minBodyRate = minBodyRate;
        this.places = new Places(config.quota().subscribers(), config.quota().subscribersPerClient());
        String name = "channel " + config.name() + "'s ";
        this.overSubscribers =
                new OverLimit(name + "max-subscribers or max-subscribers-per-client", dialler.scheduler());
        this.overSends = new OverLimit(name + "max-sends-per-second", dialler.scheduler());
        this.rates = new SendRates(config.quota().sendsPerSecond());
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

    /** Why nobody more can subscribe now, or {@code null}; {@link #subscribe} asks again. */
    Outcome full(Visitor visitor) {
        boolean known = shared == null && visitor.key() != null && byKey.containsKey(visitor.key());
        return known || places.isFree(visitor.owner()) ? null : tooMany(visitor);
    }

    private Outcome tooMany(Visitor visitor) {
        overSubscribers.refused(visitor.address());
        return Outcome.TOO_MANY_SUBSCRIBERS;
    }

    /** {@code null} when there is no place or the gateway is stopping; the sink has been told then. */
    Subscriber subscribe(Visitor visitor, Sink sink) {
        Subscriber subscriber = shared != null ? join(visitor, sink) : subscribeAlone(visitor, sink);
        if (subscriber == null) {
            sink.close(stopped ? Outcome.STOPPING : tooMany(visitor));
        }
        return subscriber;
    }

    private Subscriber join(Visitor visitor, Sink sink) {
        String owner = visitor.owner();
        if (!places.take(owner)) {
            return null;
        }
        Subscriber subscriber = shared.subscribe(sink, visitor.cursor(), () -> places.free(owner));
        if (subscriber == null) {
            places.free(owner);
        }
        return subscriber;
    }

    private Subscriber subscribeAlone(Visitor visitor, Sink sink) {
        Subscriber subscriber = null;
        while (subscriber == null && !stopped) {
            Feed feed = own(visitor);
            if (feed == null) {
                return null;
            }
            feed.endSubscribers(Outcome.TAKEN_OVER); // the page's earlier connection, if the gateway still has it
            subscriber = feed.subscribe(sink, visitor.cursor(), () -> {});
        }
        return subscriber;
    }

    private Feed own(Visitor visitor) {
        String key = visitor.key();
        return key == null ? add(null, visitor.owner()) : byKey.computeIfAbsent(key, k -> add(k, visitor.owner()));
    }

    /** Each feed has a place, also while it waits for its page; {@code null} when there is none. */
    private Feed add(String key, String owner) {
        if (!places.take(owner)) {
            return null;
        }
        Duration linger = key == null ? Duration.ZERO : config.linger();
        Feed[] feed = new Feed[1];
        feed[0] = new Feed(config, linger, counters, dialler, timeouts, () -> free(key, owner, feed[0]));
        dedicated.add(feed[0]);
        return feed[0];
    }

    private void free(String key, String owner, Feed feed) {
        if (key != null) {
            byKey.remove(key, feed);
        }
        if (dedicated.remove(feed)) {
            places.free(owner);
        }
        feed.close(Outcome.GOOD_BYE);
    }

    /** Why a send of this visitor is rejected before anybody looks at it, or {@code null}; counts as a send. */
    Sent refuseSend(Visitor visitor) {
        Sent refused = null;
        if (!config.access().maySend(visitor.user())) {
            refused = Sent.rejected(Sent.NOT_ALLOWED);
        } else if (!rates.take(visitor.owner(), System.nanoTime())) {
            overSends.refused(visitor.address());
            refused = Sent.rejected(Sent.TOO_MANY);
        }
        if (refused != null) {
            counters.rejected.increment();
        }
        return refused;
    }

    /** Has the feed told these on each connection. */
    void greet(Visitor visitor, Subscriber subscriber, List<Payload> payloads) {
        Sent refused = refuseSend(visitor);
        String reason = refused == null ? "" : refused.reason();
        int bytes = payloads.stream().mapToInt(Payload::size).sum();
        if (refused == null && (bytes > MAX_GREETING_BYTES || !subscriber.feed().greet(subscriber, payloads))) {
            reason = Sent.TOO_LARGE;
        }
        subscriber.tell(Notice.greeting(reason));
    }

    void send(Visitor visitor, Feed feed, Payload payload, Consumer<Sent> outcome) {
        Sent refused = refuseSend(visitor);
        if (refused != null) {
            outcome.accept(refused);
        } else {
            feed.send(payload, outcome);
        }
    }

    /** For POSTs that are on their way in. */
    Places posts() {
        return posts;
    }

    Dialler dialler() {
        return dialler;
    }

    long minBodyRate() {
        return minBodyRate;
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
