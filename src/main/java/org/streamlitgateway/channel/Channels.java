package org.streamlitgateway.channel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.streamlitgateway.channel.feed.FeedRuntime;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/** All channels of a gateway, by name. Created, started and stopped with the gateway. */
public final class Channels {
    private final Map<String, Channel> byName = new LinkedHashMap<>();
    private final FeedRuntime runtime;
    private final Timeouts timeouts;
    private volatile boolean stopped;

    /** @param minBodyRate lowest accepted rate of a POST's body, in bytes per second; 0 for any */
    public Channels(List<ChannelConfig> configs, FeedRuntime runtime, Timeouts timeouts, long minBodyRate) {
        this.runtime = runtime;
        this.timeouts = timeouts;
        configs.forEach(config -> byName.put(config.name(), new Channel(config, runtime, timeouts, minBodyRate)));
    }

    public void start() {
        byName.values().forEach(Channel::start);
        if (!byName.isEmpty()) {
            scheduleKeepAlive();
        }
    }

    /** Closes all feeds and subscribers. Returns when the subscribers' close frames are sent, within a bounded time. */
    public void stop() {
        stopped = true;
        byName.values().forEach(Channel::stop);
        runtime.pendingCloses().await(() -> true);
    }

    /** Returns state and counts of each channel. */
    public List<ChannelStatus> status() {
        return byName.values().stream().map(Channel::status).toList();
    }

    /** Ends all subscriptions of a user; returns how many. */
    public int end(String user, Outcome outcome) {
        return byName.values().stream()
                .mapToInt(channel -> channel.end(user, outcome))
                .sum();
    }

    /** Returns the number of connected subscribers. */
    public int subscribers() {
        return status().stream().mapToInt(ChannelStatus::subscribers).sum();
    }

    /** Finds a channel by name; {@code null} when there is none. */
    public Channel find(String name) {
        return byName.get(name);
    }

    /** Finds the channels whose feed has this address, compared as configured. */
    public List<Channel> findByAddress(String address) {
        return byName.values().stream()
                .filter(channel ->
                        channel.config().upstream().address().toString().equals(address))
                .toList();
    }

    public FeedRuntime runtime() {
        return runtime;
    }

    private void scheduleKeepAlive() {
        long period = PeerLiveness.periodMillis(timeouts.pingInterval(), timeouts.pong(), timeouts.stall());
        runtime.scheduler().schedule(this::keepAlive, period, TimeUnit.MILLISECONDS);
    }

    private void keepAlive() {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        try {
            byName.values().forEach(channel -> channel.keepAlive(now));
        } finally {
            scheduleKeepAlive();
        }
    }
}
