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
 * The validated configuration of a gateway. Immutable; {@code Settings} creates it.
 *
 * @param listen address on which the embedded server listens; unused in a container
 * @param tls certificate and key of that port, or {@code null} without TLS
 * @param apps the apps, at least one, each with a prefix of its own
 * @param named whether a file names the apps. Then visitors get a sticky cookie, and a list of the apps is served at the
 *     root unless an app is there.
 * @param trustedProxies peers whose forwarding headers are trusted
 * @param allowedOrigins additional Origins that may open WebSockets, in lower case; {@code *} allows all
 * @param exposure host names, embedding sites and identity headers
 * @param userHeader name of the header that passes the authenticated user to Streamlit
 * @param relay relay for WebSockets where both are available: embedded, in Jetty and in Tomcat
 * @param timeouts time limits
 * @param limits limits for clients
 * @param health health checks of replicas
 * @param stickyKey secret that signs the sticky cookie; empty for a random one at each start
 * @param stateFolder folder for data that must survive a restart
 * @param assetCacheBytes memory for cached assets; 0 disables the cache
 * @param logLevel ERROR, WARN, INFO, DEBUG or TRACE
 * @param channels feeds that pages may subscribe to
 * @param maxMessageBytes maximum size of a WebSocket message from a browser
 * @param operators what operators may see, and where it is written
 * @param pages look of the built-in pages
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
        long maxMessageBytes,
        Operators operators,
        Pages pages) {

    /** Returns the first app: the only one, unless a file names several. */
    public AppConfig app() {
        return apps.get(0);
    }

    /** Returns address or script of the only app, or a list of paths with them, for the log. */
    public String upstreams() {
        if (!named) {
            return app().upstream() == null ? app().launch().script() : "http://" + app().upstream();
        }
        return apps.stream()
                .map(app -> app.prefix() + "/ "
                        + (app.launch() == null
                                ? app.replicas().size() + (app.replicas().size() == 1 ? " replica" : " replicas")
                                : app.launch().script()))
                .collect(Collectors.joining(", "));
    }

    /** Returns the names of settings that differ from those at the start, but take effect only at the next start. */
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
        kept.put(
                Setting.METRICS_PORT,
                config -> String.valueOf(config.operators().metricsListen()));
        kept.put(Setting.MESSAGE_METRICS, config -> config.operators().messageMetrics());
        kept.put(Setting.CTL_SOCKET, config -> config.operators().ctlSocket());
        kept.put(Setting.ACCESS_LOG, config -> config.operators().accessLog());
        kept.put(Setting.OTLP_ENDPOINT, config -> config.operators().otlpEndpoint());
        return kept.entrySet().stream()
                .filter(setting -> !setting.getValue()
                        .apply(this)
                        .equals(setting.getValue().apply(started)))
                .map(setting -> setting.getKey().key())
                .toList();
    }

    /**
     * What clients may see and send. See {@link Setting} for the meaning of each.
     *
     * @param allowedHosts empty for any host
     * @param identityHeaders names, or beginnings followed by a star; the same applies to the exceptions
     */
    public record Exposure(
            Set<String> allowedHosts,
            Set<String> embedOrigins,
            boolean securityHeaders,
            Set<String> identityHeaders,
            Set<String> identityHeaderExceptions) {}

    /**
     * What operators may see, and where it is written. See {@link Setting} for the meaning of each.
     *
     * @param metricsToken empty for none
     * @param metricsListen {@code null} for no port of its own
     * @param admins names of users
     * @param ctlSocket socket of the command {@code ctl}
     * @param otlpEndpoint empty for none
     */
    public record Operators(
            List<Cidr> metricsAllow,
            String metricsToken,
            HostPort metricsListen,
            boolean messageMetrics,
            AccessLog accessLog,
            StatusAccess status,
            Set<String> admins,
            CtlSocket ctlSocket,
            String otlpEndpoint) {}

    /**
     * Unix domain socket of the command {@code ctl}.
     *
     * @param file {@code null} for the default: in the state folder if embedded, else none
     * @param off whether there is none in any case
     */
    public record CtlSocket(Path file, boolean off) {}

    /**
     * Look of the built-in pages.
     *
     * @param logo picture as a data URI, or empty
     */
    public record Pages(String title, String logo) {}

    /**
     * The access log.
     *
     * @param format {@link LogFormat#OFF} for none
     * @param file {@code null} for the output, or the logger in a container
     */
    public record AccessLog(LogFormat format, Path file, LoggedUsers users, boolean queries) {}

    /** Format of the access log. */
    public enum LogFormat {
        OFF,
        COMBINED,
        JSON
    }

    /** How the access log names users. */
    public enum LoggedUsers {
        YES,
        HASH,
        NO
    }

    /** Who may use the status page. */
    public enum StatusAccess {
        OFF,
        LOOPBACK,
        ADMINS
    }

    /** Implementation of the WebSocket relay; see {@link Setting#RELAY}. */
    public enum Relaying {
        SPLICE,
        BRIDGE
    }

    /**
     * TLS files of the embedded server.
     *
     * @param certificate PEM file with the server's certificate, then its issuers'
     * @param key PEM file with its private key
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
     * See {@link Setting} for the meaning of each; a number of 0 means no limit.
     *
     * @param minBodyRate bytes per second
     */
    public record Limits(
            Duration head, long minBodyRate, int connections, int connectionsPerAddress, int uploads, int sessions) {}

    /** See {@link Setting} for the meaning of each. */
    public record Health(Duration interval, Duration timeout, int rise, int fall) {}
}
