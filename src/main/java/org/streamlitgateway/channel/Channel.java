package org.streamlitgateway.channel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.streamlitgateway.channel.feed.ChannelStatus;
import org.streamlitgateway.channel.feed.Counters;
import org.streamlitgateway.channel.feed.Feed;
import org.streamlitgateway.channel.feed.FeedRuntime;
import org.streamlitgateway.channel.feed.Subscriber;
import org.streamlitgateway.channel.feed.SubscriberTransport;
import org.streamlitgateway.channel.protocol.ChannelState;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Mode;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.limit.OverLimit;
import org.streamlitgateway.outcome.Outcome;

/** A configured channel: one feed for all, or one for each subscriber. Thread-safe. */
public final class Channel {
    private static final int MAX_GREETING_BYTES = 64 * 1024;

    /** POSTs whose bodies are gathered at one time, in all and of one client. */
    private static final int MAX_POSTS = 256;

    private static final int MAX_POSTS_PER_CLIENT = 16;

    private final ChannelConfig config;
    private final FeedRuntime dialler;
    private final Timeouts timeouts;
    private final long minBodyRate;
    private final Counters counters = new Counters();
    private final SubscriberQuota places;
    private final SubscriberQuota posts = new SubscriberQuota(MAX_POSTS, MAX_POSTS_PER_CLIENT);
    private final SendRateLimiter rates;
    private final OverLimit overSubscribers;
    private final OverLimit overSends;
    private final Feed shared;
    /** Feeds of a dedicated channel: all of them, and those whose page can be known again. */
    private final Set<Feed> dedicated = ConcurrentHashMap.newKeySet();

    private final Map<String, Feed> byKey = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    Channel(ChannelConfig config, FeedRuntime dialler, Timeouts timeouts, long minBodyRate) {
        this.config = config;
        this.dialler = dialler;
        this.timeouts = timeouts;
        this.minBodyRate = minBodyRate;
        this.places =
                new SubscriberQuota(config.quota().subscribers(), config.quota().subscribersPerClient());
        String name = "channel " + config.name() + "'s ";
        this.overSubscribers =
                new OverLimit(name + "max-subscribers or max-subscribers-per-client", dialler.scheduler());
        this.overSends = new OverLimit(name + "max-sends-per-second", dialler.scheduler());
        this.rates = new SendRateLimiter(config.quota().sendsPerSecond());
        this.shared = config.mode() == Mode.SHARED
                ? new Feed(config, config.linger(), counters, dialler, timeouts, () -> {})
                : null;
    }

    public ChannelConfig config() {
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
    public Outcome full(SubscribeRequest visitor) {
        boolean known = shared == null && visitor.key() != null && byKey.containsKey(visitor.key());
        return known || places.isFree(visitor.owner()) ? null : tooMany(visitor);
    }

    private Outcome tooMany(SubscribeRequest visitor) {
        overSubscribers.refused(visitor.address());
        return Outcome.TOO_MANY_SUBSCRIBERS;
    }

    /** {@code null} when there is no place or the gateway is stopping; the sink has been told then. */
    public Subscriber subscribe(SubscribeRequest visitor, SubscriberTransport sink) {
        Subscriber subscriber = shared != null ? join(visitor, sink) : subscribeAlone(visitor, sink);
        if (subscriber == null) {
            sink.close(stopped ? Outcome.STOPPING : tooMany(visitor));
        }
        return subscriber;
    }

    private Subscriber join(SubscribeRequest visitor, SubscriberTransport sink) {
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

    private Subscriber subscribeAlone(SubscribeRequest visitor, SubscriberTransport sink) {
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

    private Feed own(SubscribeRequest visitor) {
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
        feed.close(Outcome.NORMAL_CLOSURE);
    }

    /** Why a send of this visitor is rejected before anybody looks at it, or {@code null}; counts as a send. */
    public SendResult refuseSend(SubscribeRequest visitor) {
        SendResult refused = null;
        if (!config.access().maySend(visitor.user())) {
            refused = SendResult.rejected(SendResult.NOT_ALLOWED);
        } else if (!rates.take(visitor.owner(), System.nanoTime())) {
            overSends.refused(visitor.address());
            refused = SendResult.rejected(SendResult.TOO_MANY);
        }
        if (refused != null) {
            counters.rejected().increment();
        }
        return refused;
    }

    /** Has the feed told these on each connection. */
    public void greet(SubscribeRequest visitor, Subscriber subscriber, List<Payload> payloads) {
        SendResult refused = refuseSend(visitor);
        String reason = refused == null ? "" : refused.reason();
        int bytes = payloads.stream().mapToInt(Payload::size).sum();
        if (refused == null && (bytes > MAX_GREETING_BYTES || !subscriber.feed().greet(subscriber, payloads))) {
            reason = SendResult.TOO_LARGE;
        }
        subscriber.tell(ControlMessage.greeting(reason));
    }

    public void send(SubscribeRequest visitor, Feed feed, Payload payload, Consumer<SendResult> outcome) {
        SendResult refused = refuseSend(visitor);
        if (refused != null) {
            outcome.accept(refused);
        } else {
            feed.send(payload, outcome);
        }
    }

    /** For POSTs that are on their way in. */
    public SubscriberQuota posts() {
        return posts;
    }

    public FeedRuntime dialler() {
        return dialler;
    }

    public long minBodyRate() {
        return minBodyRate;
    }

    /** The feed that a visitor without a subscription of its own sends to; {@code null} when there is none. */
    public Feed feedOf(SubscribeRequest visitor) {
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
            ChannelState state = feed.status().state();
            upstreams += state == ChannelState.CLOSED ? 0 : 1;
            open += state == ChannelState.OPEN ? 1 : 0;
        }
        return new ChannelStatus(
                config.name(),
                config.mode(),
                counters.subscribers().get(),
                upstreams,
                open,
                counters.messages().sum(),
                counters.delivered().sum(),
                counters.dropped().sum(),
                counters.behind().sum(),
                counters.sent().sum(),
                counters.rejected().sum(),
                counters.reconnects().sum());
    }
}
