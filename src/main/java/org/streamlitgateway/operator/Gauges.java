package org.streamlitgateway.operator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.streamlitgateway.cache.AssetCache;
import org.streamlitgateway.channel.ChannelStatus;
import org.streamlitgateway.channel.Channels;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.observe.metrics.Metrics;
import org.streamlitgateway.observe.metrics.Metrics.Values;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.upstream.Replica;

/** Metrics that are read from the state of the gateway at each scrape. */
public final class Gauges {
    private Gauges() {}

    /** Adds metrics of replicas. */
    public static void ofReplicas(Metrics metrics, Supplier<List<App>> apps) {
        replicas(metrics, apps, "sessions", "Open sessions.", replica -> replica.load()
                .sessions());
        replicas(metrics, apps, "replica_up", "Whether the replica is healthy.", replica -> replica.isUp() ? 1 : 0);
        replicas(
                metrics,
                apps,
                "replica_draining",
                "Whether the replica takes no new visitors.",
                replica -> replica.drainState().isDraining() ? 1 : 0);
    }

    private static void replicas(
            Metrics metrics, Supplier<List<App>> apps, String name, String help, ToDoubleFunction<Replica> value) {
        metrics.gauge(
                name,
                help,
                values -> apps.get().forEach(app -> app.replicas()
                        .forEach(replica -> values.put(value.applyAsDouble(replica), app.name(), replica.name()))),
                "app",
                "replica");
    }

    /** Adds metrics of open sessions. */
    public static void ofSessions(Metrics metrics, Supplier<List<App>> apps, Traffic traffic) {
        metrics.gauge(
                "websocket_queued_bytes",
                "Bytes that browsers have not acknowledged.",
                values -> {
                    Map<String, Long> queued = new HashMap<>();
                    apps.get().forEach(app -> queued.put(app.name(), 0L));
                    for (SessionObserver session : traffic.sessions()) {
                        queued.computeIfPresent(session.app(), (app, bytes) -> bytes + session.queuedBytes());
                    }
                    queued.forEach((app, bytes) -> values.put((double) bytes, app));
                },
                "app");
    }

    /** Adds metrics of the cache of assets. */
    public static void ofCache(Metrics metrics, AssetCache cache) {
        metrics.gauge(
                "asset_cache_bytes", "Memory used by cached assets.", values -> values.put((double) cache.bytes()));
    }

    /** Adds metrics of channels. */
    public static void ofChannels(Metrics metrics, Channels channels) {
        Consumer<Values> subscribers = each(channels, ChannelStatus::subscribers);
        metrics.gauge("channel_subscribers", "Connected subscribers.", subscribers, "channel");
        metrics.gauge(
                "channel_feed_up", "Open connections to the feed.", each(channels, ChannelStatus::open), "channel");
        counter(
                metrics,
                channels,
                "channel_feed_messages",
                "Messages received from the feed.",
                ChannelStatus::messages);
        counter(metrics, channels, "channel_deliveries", "Messages written to subscribers.", ChannelStatus::delivered);
        counter(metrics, channels, "channel_feed_reconnects", "Lost feed connections.", ChannelStatus::reconnects);
        metrics.counter(
                "channel_gaps_total",
                "Messages left out for slow subscribers, and subscribers closed for being too slow.",
                values -> channels.status().forEach(status -> {
                    values.put((double) status.dropped(), status.name(), "skipped");
                    values.put((double) status.behind(), status.name(), "closed");
                }),
                "channel",
                "reason");
        metrics.counter(
                "channel_sends_total",
                "Messages of subscribers to the feed.",
                values -> channels.status().forEach(status -> {
                    values.put((double) status.sent(), status.name(), "sent");
                    values.put((double) status.rejected(), status.name(), "rejected");
                }),
                "channel",
                "outcome");
    }

    private static void counter(
            Metrics metrics, Channels channels, String name, String help, ToDoubleFunction<ChannelStatus> value) {
        metrics.counter(name + "_total", help, each(channels, value), "channel");
    }

    private static Consumer<Values> each(Channels channels, ToDoubleFunction<ChannelStatus> value) {
        return values -> channels.status().forEach(status -> values.put(value.applyAsDouble(status), status.name()));
    }
}
