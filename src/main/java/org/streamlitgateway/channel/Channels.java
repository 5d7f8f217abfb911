package org.streamlitgateway.channel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.streamlitgateway.channel.feed.ChannelStatus;
import org.streamlitgateway.channel.feed.FeedRuntime;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/** All channels of a gateway, by name; made once, started and stopped with it. */
public final class Channels {
    private final Map<String, Channel> byName = new LinkedHashMap<>();
    private final FeedRuntime dialler;
    private final Timeouts timeouts;
    private volatile boolean stopped;

    /** @param minBodyRate least bytes per second of a POST's body; 0 for any rate */
    public Channels(List<ChannelConfig> configs, FeedRuntime dialler, Timeouts timeouts, long minBodyRate) {
        this.dialler = dialler;
        this.timeouts = timeouts;
        configs.forEach(config -> byName.put(config.name(), new Channel(config, dialler, timeouts, minBodyRate)));
    }

    public void start() {
        byName.values().forEach(Channel::start);
        if (!byName.isEmpty()) {
            keepAliveLater();
        }
    }

    /** Tells every subscriber that the gateway goes away, and every feed. Returns when the subscribers are told. */
    public void stop() {
        stopped = true;
        byName.values().forEach(Channel::stop);
        dialler.farewells().await(() -> true);
    }

    /** What each channel has done so far. */
    public List<ChannelStatus> status() {
        return byName.values().stream().map(Channel::status).toList();
    }

    /** How many subscribers are connected. */
    public int subscribers() {
        return status().stream().mapToInt(ChannelStatus::subscribers).sum();
    }

    /** {@code null} when there is no such channel. */
    public Channel find(String name) {
        return byName.get(name);
    }

    /** Those whose feed has this address, written as it is configured. */
    public List<Channel> at(String address) {
        return byName.values().stream()
                .filter(channel ->
                        channel.config().upstream().address().toString().equals(address))
                .toList();
    }

    public FeedRuntime dialler() {
        return dialler;
    }

    private void keepAliveLater() {
        long period = PeerLiveness.periodMillis(timeouts.pingInterval(), timeouts.pong(), timeouts.stall());
        dialler.scheduler().schedule(this::keepAlive, period, TimeUnit.MILLISECONDS);
    }

    private void keepAlive() {
        if (stopped) {
            return;
        }
        long now = System.nanoTime();
        try {
            byName.values().forEach(channel -> channel.keepAlive(now));
        } finally {
            keepAliveLater();
        }
    }
}
