package org.streamlitgateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that the gateway is told, validated. Immutable; made by {@code Settings}.
 *
 * @param listen where the embedded gateway listens; unused in a container
 * @param tls the files for TLS on that port, or {@code null} to speak in the clear
 * @param apps the apps that are served, at least one, each at a prefix of its own
 * @param named whether the apps were named in a file: then visitors are kept on their replica and the apps are listed
 *     where none is at the root
 * @param trustedProxies peers whose forwarding headers are believed
 * @param allowedOrigins further Origins that may open WebSockets, in lower case; {@code *} stands for all
 * @param exposure under which names and in which frames the gateway is seen
 * @param userHeader name of the header that carries the authenticated user
 * @param relay how WebSockets are relayed where there is a choice: embedded, in Jetty and in Tomcat
 * @param timeouts every wait that has a bound
 * @param limits how much clients may have
 * @param health how replicas are watched
 * @param stickyKey secret that signs the cookie which keeps a visitor on a replica; empty for one made at the start
 * @param stateFolder where the gateway keeps what must outlive it
 * @param assetCacheBytes memory for stored assets; 0 keeps none
 * @param logLevel ERROR, WARN, INFO, DEBUG or TRACE
 * @param channels the feeds that pages may subscribe to
 * @param maxMessageBytes the most that one WebSocket message of a browser's may have
 */
public record GatewayConfig(
        HostPort listen,
        Tls tls,
        List<AppConfig> apps,
        boolean named,
        List<Cidr> trustedProxies,
        Set<String> allowedOrigins,
        Exposure exposure,
        String userHeader,
        Relaying relay,
        Timeouts timeouts,
        Limits limits,
        Health health,
        String stickyKey,
        Path stateFolder,
        long assetCacheBytes,
        String logLevel,
        List<ChannelConfig> channels,
        long maxMessageBytes) {

    /** The first app: the only one, unless a file names more. */
    public AppConfig app() {
        return apps.get(0);
    }

    /** Where the apps are, for the log: an address or a path, and what is there. */
    public String upstreams() {
        if (!named) {
            return app().upstream() == null ? app().launch().script() : "http://" + app().upstream();
        }
        return apps.stream()
                .map(app -> app.prefix() + "/ "
                        + (app.launch() == null
                                ? app.replicas().size() + " replicas"
                                : app.launch().script()))
                .collect(Collectors.joining(", "));
    }

    /** Names of the settings in which this differs from what the gateway was started with, and which it keeps. */
    public List<String> differencesForNextStart(GatewayConfig started) {
        Map<Setting, Function<GatewayConfig, Object>> kept = new EnumMap<>(Setting.class);
        kept.put(Setting.PROXY_HOST, config -> config.listen().host());
        kept.put(Setting.PROXY_PORT, config -> config.listen().port());
        kept.put(
                Setting.TLS_CERTIFICATE,
                config -> config.tls() == null ? "" : config.tls().certificate());
        kept.put(
                Setting.TLS_KEY,
                config -> config.tls() == null ? "" : config.tls().key());
        kept.put(Setting.RELAY, GatewayConfig::relay);
        kept.put(Setting.CHANNEL, GatewayConfig::channels);
        kept.put(Setting.CONNECT_TIMEOUT, config -> config.timeouts().connect());
        kept.put(Setting.CLIENT_TIMEOUT, config -> config.timeouts().client());
        kept.put(Setting.HEAD_TIMEOUT, config -> config.limits().head());
        kept.put(Setting.MAX_CONNECTIONS, config -> config.limits().connections());
        kept.put(Setting.MAX_CONNECTIONS_PER_ADDRESS, config -> config.limits().connectionsPerAddress());
        kept.put(Setting.ASSET_CACHE, GatewayConfig::assetCacheBytes);
        kept.put(Setting.STICKY_KEY, GatewayConfig::stickyKey);
        kept.put(Setting.STATE_FOLDER, GatewayConfig::stateFolder);
        return kept.entrySet().stream()
                .filter(setting -> !setting.getValue()
                        .apply(this)
                        .equals(setting.getValue().apply(started)))
                .map(setting -> setting.getKey().key())
                .toList();
    }

    /**
     * What the world outside may see and send. See {@link Setting} for the meaning of each.
     *
     * @param allowedHosts none for any
     * @param identityHeaders names, or beginnings with a star behind them; the exceptions, too
     */
    public record Exposure(
            Set<String> allowedHosts,
            Set<String> embedOrigins,
            boolean securityHeaders,
            Set<String> identityHeaders,
            Set<String> identityHeaderExceptions) {}

    /** How WebSockets are relayed. */
    public enum Relaying {
        SPLICE,
        BRIDGE
    }

    /**
     * TLS of the embedded gateway.
     *
     * @param certificate PEM file: the server's certificate, then those that signed it
     * @param key PEM file: its private key
     */
    public record Tls(Path certificate, Path key) {}

    /** See {@link Setting} for the meaning of each. */
    public record Timeouts(
            Duration connect,
            Duration upstream,
            Duration client,
            Duration handshake,
            Duration pingInterval,
            Duration pong,
            Duration stall,
            Duration drainDelay,
            Duration stop,
            Duration closeSpread,
            Duration drain) {}

    /**
     * See {@link Setting} for the meaning of each; a number of 0 is no limit.
     *
     * @param minBodyRate bytes per second
     */
    public record Limits(
            Duration head, long minBodyRate, int connections, int connectionsPerAddress, int uploads, int sessions) {}

    /** See {@link Setting} for the meaning of each. */
    public record Health(Duration interval, Duration timeout, int rise, int fall) {}
}
