package org.streamlitgateway.channel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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

/** Configured channel: one feed shared by all subscribers, or one dedicated feed for each. Thread-safe. */
public final class Channel {
    private static final int MAX_GREETING_BYTES = 64 * 1024;

    /** Maximum number of concurrent POSTs whose bodies are buffered. */
    private static final int MAX_POSTS = 256;

    private static final int MAX_POSTS_PER_CLIENT = 16;

    private final ChannelConfig config;
    private final FeedRuntime runtime;
    private final Timeouts timeouts;
    private final long minBodyRate;
    private final Counters counters = new Counters();
    private final SubscriberQuota subscribers;
    private final SubscriberQuota posts = new SubscriberQuota(MAX_POSTS, MAX_POSTS_PER_CLIENT);
    private final SendRateLimiter sendRates;
    private final OverLimit overSubscribers;
    private final OverLimit overSends;
    /** {@code null} in a dedicated channel. */
    private final Feed shared;
    /** All feeds of a dedicated channel. */
    private final Set<Feed> dedicated = ConcurrentHashMap.newKeySet();
    /** Dedicated feeds whose page can resume, by {@link SubscribeRequest#pageKey()}. */
    private final Map<String, Feed> byPage = new ConcurrentHashMap<>();

    private volatile boolean stopped;

    Channel(ChannelConfig config, FeedRuntime runtime, Timeouts timeouts, long minBodyRate) {
        this.config = config;
        this.runtime = runtime;
        this.timeouts = timeouts;
        this.minBodyRate = minBodyRate;
        this.subscribers =
                new SubscriberQuota(config.quota().subscribers(), config.quota().subscribersPerClient());
        String name = "channel " + config.name() + "'s ";
        this.overSubscribers =
                new OverLimit(name + "max-subscribers or max-subscribers-per-client", runtime.scheduler());
        this.overSends = new OverLimit(name + "max-sends-per-second", runtime.scheduler());
        this.sendRates = new SendRateLimiter(config.quota().sendsPerSecond());
        this.shared = config.mode() == Mode.SHARED
                ? new Feed(config, config.linger(), counters, runtime, timeouts, () -> {})
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

    /** Returns why a subscription would be refused now, or {@code null}. {@link #subscribe} checks again. */
    public Outcome checkCapacity(SubscribeRequest request) {
        boolean resumable = shared == null && request.pageKey() != null && byPage.containsKey(request.pageKey());
        return resumable || subscribers.isAvailable(request.quotaKey()) ? null : overCapacity(request);
    }

    private Outcome overCapacity(SubscribeRequest request) {
        overSubscribers.refused(request.address());
        return Outcome.TOO_MANY_SUBSCRIBERS;
    }

    /** Subscribes, or closes the transport and returns {@code null} when over a limit or while the gateway stops. */
    public Subscriber subscribe(SubscribeRequest request, SubscriberTransport transport) {
        Subscriber subscriber =
                shared != null ? subscribeShared(request, transport) : subscribeDedicated(request, transport);
        if (subscriber == null) {
            transport.close(stopped ? Outcome.STOPPING : overCapacity(request));
        }
        return subscriber;
    }

    private Subscriber subscribeShared(SubscribeRequest request, SubscriberTransport transport) {
        String quotaKey = request.quotaKey();
        if (!subscribers.tryAcquire(quotaKey)) {
            return null;
        }
        Subscriber subscriber =
                shared.subscribe(transport, request.resumePoint(), request.user(), () -> subscribers.release(quotaKey));
        if (subscriber == null) {
            subscribers.release(quotaKey);
        }
        return subscriber;
    }

    private Subscriber subscribeDedicated(SubscribeRequest request, SubscriberTransport transport) {
        Subscriber subscriber = null;
        while (subscriber == null && !stopped) {
            Feed feed = dedicatedFeed(request);
            if (feed == null) {
                return null;
            }
            feed.endSubscribers(Outcome.TAKEN_OVER); // an earlier connection of the page that still seems open
            subscriber = feed.subscribe(transport, request.resumePoint(), request.user(), () -> {});
        }
        return subscriber;
    }

    private Feed dedicatedFeed(SubscribeRequest request) {
        String page = request.pageKey();
        return page == null
                ? openFeed(null, request.quotaKey())
                : byPage.computeIfAbsent(page, key -> openFeed(key, request.quotaKey()));
    }

    /** Opens a dedicated feed; {@code null} when over a limit. A feed counts also while it waits for its page. */
    private Feed openFeed(String page, String quotaKey) {
        if (!subscribers.tryAcquire(quotaKey)) {
            return null;
        }
        Duration linger = page == null ? Duration.ZERO : config.linger();
        Feed[] feed = new Feed[1];
        feed[0] = new Feed(config, linger, counters, runtime, timeouts, () -> closeFeed(page, quotaKey, feed[0]));
        dedicated.add(feed[0]);
        return feed[0];
    }

    private void closeFeed(String page, String quotaKey, Feed feed) {
        if (page != null) {
            byPage.remove(page, feed);
        }
        if (dedicated.remove(feed)) {
            subscribers.release(quotaKey);
        }
        feed.close(Outcome.NORMAL_CLOSURE);
    }

    /** Counts a send against the client's rate. Returns its rejection by permission or rate, or {@code null}. */
    public SendResult admitSend(SubscribeRequest request) {
        SendResult rejection = null;
        if (!config.access().maySend(request.user())) {
            rejection = SendResult.rejected(SendResult.NOT_ALLOWED);
        } else if (!sendRates.tryAcquire(request.quotaKey(), System.nanoTime())) {
            overSends.refused(request.address());
            rejection = SendResult.rejected(SendResult.TOO_MANY);
        }
        if (rejection != null) {
            counters.rejected().increment();
        }
        return rejection;
    }

    /** Sets the messages that are sent to the feed at the start of each connection on behalf of a subscriber. */
    public void greet(SubscribeRequest request, Subscriber subscriber, List<Payload> payloads) {
        SendResult rejection = admitSend(request);
        String reason = rejection == null ? "" : rejection.reason();
        int bytes = payloads.stream().mapToInt(Payload::size).sum();
        if (rejection == null
                && (bytes > MAX_GREETING_BYTES || !subscriber.feed().greet(subscriber, payloads))) {
            reason = SendResult.TOO_LARGE;
        }
        subscriber.send(ControlMessage.greeting(reason));
    }

    public void send(SubscribeRequest request, Feed feed, Payload payload, Consumer<SendResult> callback) {
        SendResult rejection = admitSend(request);
        if (rejection != null) {
            callback.accept(rejection);
        } else {
            feed.send(payload, callback);
        }
    }

    /** Limits the POSTs whose bodies are being received. */
    public SubscriberQuota posts() {
        return posts;
    }

    public FeedRuntime runtime() {
        return runtime;
    }

    /** Returns the lowest accepted rate of a POST's body, in bytes per second; 0 for any. */
    public long minBodyRate() {
        return minBodyRate;
    }

    /** Finds the feed that receives a client's POST; {@code null} when the client has none in a dedicated channel. */
    public Feed findFeed(SubscribeRequest request) {
        if (shared != null) {
            return shared;
        }
        String page = request.pageKey();
        return page == null ? null : byPage.get(page);
    }

    /** Ends all subscriptions of a user; returns how many. */
    int end(String user, Outcome outcome) {
        List<Subscriber> ending = feeds().stream()
                .flatMap(feed -> feed.subscribers().stream())
                .filter(subscriber -> user.equals(subscriber.user()) && !subscriber.hasEnded())
                .toList();
        ending.forEach(subscriber -> subscriber.end(outcome));
        return ending.size();
    }

    private Set<Feed> feeds() {
        return shared != null ? Set.of(shared) : dedicated;
    }

    void keepAlive(long nowNanos) {
        if (shared != null) {
            shared.keepAlive(nowNanos, timeouts);
        }
        dedicated.forEach(feed -> feed.keepAlive(nowNanos, timeouts));
    }

    ChannelStatus status() {
        int upstreams = 0;
        int open = 0;
        long behind = 0;
        ChannelState best = ChannelState.CLOSED;
        for (Feed feed : feeds()) {
            ChannelState state = feed.status().state();
            upstreams += state == ChannelState.CLOSED ? 0 : 1;
            open += state == ChannelState.OPEN ? 1 : 0;
            best = best == ChannelState.OPEN || state == ChannelState.CLOSED ? best : state;
            for (Subscriber subscriber : feed.subscribers()) {
                behind = Math.max(behind, subscriber.behind());
            }
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
                counters.reconnects().sum(),
                best,
                shared == null ? -1 : shared.history().head(),
                behind);
    }
}
