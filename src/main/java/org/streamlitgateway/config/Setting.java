package org.streamlitgateway.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every setting of the one-app gateway: its name on the command line, its default and its meaning. The same name is
 * used as a servlet context parameter, as a system property ({@code streamlit-gateway.NAME}) and, in capitals, as an
 * environment variable; {@code Settings} says which source beats which.
 */
public enum Setting implements SettingInfo {
    STREAMLIT_HOST("streamlit-host", "localhost", "HOST", "Host where Streamlit is running."),
    STREAMLIT_PORT("streamlit-port", "8501", "PORT", "Port where Streamlit is running."),
    PROXY_HOST("proxy-host", "0.0.0.0", "HOST", "Address the gateway listens on."),
    PROXY_PORT("proxy-port", "8500", "PORT", "Port the gateway listens on; 0 picks a free one and prints it."),
    TLS_CERTIFICATE(
            "tls-certificate",
            "",
            "FILE",
            "PEM file with the certificate and its chain: HTTPS on the port, with HTTP/2. Read again when it changes."),
    TLS_KEY("tls-key", "", "FILE", "PEM file with the private key of the certificate, without a password."),
    CONTEXT_PATH("context-path", "/", "PATH", "Path under which the app is served, such as /tools/streamlit."),
    LOG_LEVEL("log-level", "INFO", "LEVEL", "ERROR, WARN, INFO, DEBUG or TRACE."),
    APP("app", "", "FILE", "Start Streamlit on this script, on a free loopback port, and look after it."),
    STREAMLIT_COMMAND(
            "streamlit-command",
            "",
            "COMMAND",
            "Command that starts Streamlit; default: streamlit from PATH, else python3 -m streamlit."),
    STRIP_PREFIX(
            "strip-prefix",
            "auto",
            "auto|yes|no",
            "Whether Streamlit is addressed without the context path; auto asks its health page, "
                    + "so that server.baseUrlPath may be set or not."),
    TRUSTED_PROXIES(
            "trusted-proxies",
            "",
            "CIDR,…",
            "Addresses of proxies in front whose X-Forwarded-For, -Host, -Proto, -Port, -Prefix are believed, or Forwarded "
                    + "where none of the first three is there. They must remove what clients send of these."),
    ALLOWED_ORIGINS(
            "allowed-origins",
            "",
            "ORIGIN,…",
            "Further Origins that may open WebSockets, such as https://portal.example.com, null or capacitor://localhost; "
                    + "* allows all. Streamlit sees such an Origin's host as Host, since it would refuse another."),
    ALLOWED_HOSTS(
            "allowed-hosts",
            "",
            "HOST,…",
            "Names that the gateway may be asked by, such as apps.example.com, *.example.com or [::1]:8500; without a port "
                    + "for any. Requests with another Host are answered with 421, but for /_gateway/health. By default any, "
                    + "with a warning: a page of another site can make its own name point here (DNS rebinding)."),
    EMBED_ORIGINS(
            "embed-origins",
            "",
            "ORIGIN,…",
            "Pages that may show apps in frames, such as https://portal.example.com. Answers of apps then say so "
                    + "(frame-ancestors), and over https the cookies that keep a visitor on a replica and protect uploads "
                    + "are sent from such frames (SameSite=None; Secure; Partitioned)."),
    SECURITY_HEADERS(
            "security-headers",
            "off",
            "off|standard",
            "What is added to answers of apps that do not say it themselves: standard adds nosniff, Referrer-Policy "
                    + "same-origin, frame-ancestors 'self' and embed-origins, a Permissions-Policy that leaves camera and "
                    + "microphone, and on https Strict-Transport-Security for a year; and hides Server."),
    IDENTITY_HEADERS(
            "identity-headers",
            "",
            "NAME,…",
            "Further headers that say who the user is, which only the container or a trusted proxy may send; X-Corp-* "
                    + "is all that begin so."),
    IDENTITY_HEADER_EXCEPTIONS(
            "identity-header-exceptions",
            "",
            "NAME,…",
            "Headers that clients may send though their name looks like one that says who the user is; X-Azure-* is all "
                    + "that begin so."),
    STREAMLIT_METRICS(
            "streamlit-metrics",
            "no",
            "yes|no",
            "Whether Streamlit's /_stcore/metrics is reached through the gateway; it can name users. Otherwise 404."),
    USER_HEADER(
            "user-header",
            "X-Forwarded-User",
            "NAME",
            "Header that tells Streamlit the user whom the container has authenticated; "
                    + "copies sent by clients are dropped."),
    RELAY(
            "relay",
            "splice",
            "splice|bridge",
            "How WebSockets are relayed: splice passes the bytes of both sockets on as they are, "
                    + "bridge goes through the container's WebSocket support; a container other than Jetty and Tomcat "
                    + "always has bridge."),
    CHANNEL(
            "channel",
            "",
            "NAME=URL,…",
            "A WebSocket feed for pages, such as prices=ws://localhost:8011/ws,mode=shared; may be given again. "
                    + "Elsewhere than on the command line, several stand on lines of their own or with ;; between."),
    MAX_MESSAGE_SIZE(
            "max-message-size",
            "200M",
            "SIZE",
            "Largest WebSocket message that a browser may send to an app; a larger one ends its session with 1009."),
    CONNECT_TIMEOUT("connect-timeout", "5s", "TIME", "Longest wait for a TCP connection to Streamlit."),
    UPSTREAM_TIMEOUT(
            "upstream-timeout",
            "60s",
            "TIME",
            "Longest silence of Streamlit in an HTTP exchange; resets on each byte."),
    CLIENT_TIMEOUT("client-timeout", "60s", "TIME", "Longest silence of a client in an HTTP exchange."),
    HEAD_TIMEOUT(
            "head-timeout",
            "30s",
            "TIME",
            "Longest time for the head of a request, from its first byte, and for a TLS handshake; then 408, or the "
                    + "connection is closed. In a container, the container's own setting counts."),
    MIN_BODY_RATE(
            "min-body-rate",
            "500",
            "SIZE",
            "Least bytes per second of a request's body, once it has been waited for for 20 s; then 408, and the "
                    + "connection is closed. 0 for any rate."),
    MAX_CONNECTIONS(
            "max-connections",
            "20000",
            "NUMBER",
            "Most connections of clients; further ones are closed at once. Never more than half of the files that the "
                    + "process may open; 0 for as many as that. In a container, the container's own setting counts."),
    MAX_CONNECTIONS_PER_ADDRESS(
            "max-connections-per-address",
            "10000",
            "NUMBER",
            "Most connections from one IP address, of IPv6 from one /64 network; further ones are closed at once. "
                    + "Trusted proxies may have any number. 0 for any number. Not in a container."),
    MAX_UPLOADS_PER_CLIENT(
            "max-uploads-per-client",
            "256",
            "NUMBER",
            "Most requests of one client whose body is still coming; further ones get 429 with Retry-After. A client "
                    + "is an address as trusted proxies tell it, of IPv6 a /64 network. 0 for any number."),
    MAX_SESSIONS_PER_CLIENT(
            "max-sessions-per-client",
            "10000",
            "NUMBER",
            "Most WebSockets to Streamlit of one client; further handshakes get 503 with Retry-After. A client is an "
                    + "address as trusted proxies tell it, of IPv6 a /64 network. 0 for any number."),
    HANDSHAKE_TIMEOUT(
            "handshake-timeout",
            "10s",
            "TIME",
            "Longest wait for Streamlit's answer to a WebSocket handshake; browsers give up after 15 s. Streamlit is sent "
                    + "16 at a time; one that has not been sent after half of this time gets 503."),
    PING_INTERVAL("ping-interval", "20s", "TIME", "Silence of a WebSocket peer after which it is sent a ping."),
    PONG_TIMEOUT(
            "pong-timeout",
            "20s",
            "TIME",
            "Wait for the answer to a ping before the peer counts as gone. "
                    + "A Streamlit that accepts connections, but does not answer there either, is busy: see stall-timeout."),
    STALL_TIMEOUT(
            "stall-timeout",
            "5m",
            "TIME",
            "Longest time a WebSocket peer may take nothing of what waits for it, before it is closed; "
                    + "and for which a Streamlit that is too busy to answer pings is waited for."),
    ASSET_CACHE(
            "asset-cache",
            "64M",
            "SIZE",
            "Memory for assets that Streamlit marks as immutable, kept compressed; 0 keeps none. "
                    + "Never more than a quarter of the heap."),
    DRAIN_DELAY(
            "drain-delay",
            "0s",
            "TIME",
            "How long a gateway that is told to stop goes on as before, but not ready, so that a balancer in front "
                    + "turns to others."),
    STOP_TIMEOUT("stop-timeout", "10s", "TIME", "Longest wait for running requests when the gateway stops."),
    CLOSE_SPREAD(
            "close-spread",
            "2s",
            "TIME",
            "Time over which WebSockets are closed one after another when the gateway stops or a replica leaves, "
                    + "so that browsers do not all come back at once."),
    DRAIN_TIMEOUT(
            "drain-timeout", "1h", "TIME", "Longest time for which a replica that drains keeps the sessions it has."),
    HEALTH_INTERVAL(
            "health-interval",
            "2s",
            "TIME",
            "How often each replica of an app in a configuration file is asked for its health."),
    HEALTH_TIMEOUT("health-timeout", "2s", "TIME", "Longest wait for its answer, which must be ok."),
    HEALTH_RISE("health-rise", "2", "NUMBER", "Good answers in a row after which a replica that was down is up."),
    HEALTH_FALL("health-fall", "3", "NUMBER", "Bad answers in a row after which a replica is down."),
    STICKY_KEY(
            "sticky-key",
            "",
            "SECRET",
            "Signs the cookie that keeps a visitor on a replica: the same for all gateways in front of the same apps. "
                    + "By default made anew at each start, so that visitors may change replicas then."),
    STATE_FOLDER(
            "state-folder",
            "",
            "FOLDER",
            "Where the gateway keeps the secret that signs the cookies of the apps it starts, in a file that only its "
                    + "user can read, so that log-ins outlive a restart; unused where there is a sticky-key, from which "
                    + "it is made then. Default: STATE_DIRECTORY, as systemd sets it, else "
                    + "~/.local/state/streamlit-gateway.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Text text;

    Setting(String key, String defaultValue, String form, String help) {
        text = new Text(key, defaultValue, form, help);
    }

    @Override
    public Text text() {
        return text;
    }

    /** Whether the value is never shown. */
    public boolean isSecret() {
        return Secrets.isSecret(this);
    }

    /** {@code streamlit-gateway.NAME}. */
    public String systemProperty() {
        return "streamlit-gateway." + key();
    }

    /**
     * The environment variable: {@code STREAMLIT_HOST}, {@code STREAMLIT_PORT}, {@code PROXY_HOST} and
     * {@code PROXY_PORT} are called so for compatibility, all others begin with {@code STREAMLIT_GATEWAY_}.
     */
    public String environmentVariable() {
        String capitals = key().replace('-', '_').toUpperCase(Locale.ROOT);
        return switch (this) {
            case STREAMLIT_HOST, STREAMLIT_PORT, PROXY_HOST, PROXY_PORT -> capitals;
            default -> "STREAMLIT_GATEWAY_" + capitals;
        };
    }

    public static Optional<Setting> byKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }
}
