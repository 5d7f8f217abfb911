package org.streamlitgateway.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Settings of the gateway: name on the command line, default, form of the value and meaning. The same name is used as a
 * servlet context parameter, as a system property ({@code streamlit-gateway.NAME}) and, in capitals, as an environment
 * variable. {@code Settings} defines the order of precedence.
 */
public enum Setting implements SettingInfo {
    STREAMLIT_HOST("streamlit-host", "localhost", "HOST", "Host on which Streamlit listens."),
    STREAMLIT_PORT("streamlit-port", "8501", "PORT", "Port on which Streamlit listens."),
    PROXY_HOST("proxy-host", "0.0.0.0", "HOST", "Address on which the gateway listens."),
    PROXY_PORT("proxy-port", "8500", "PORT", "Port on which the gateway listens; 0 picks a free one and prints it."),
    TLS_CERTIFICATE(
            "tls-certificate",
            "",
            "FILE",
            "PEM file with the server's certificate and its chain. Enables HTTPS and HTTP/2 on proxy-port. Reloaded when "
                    + "it changes."),
    TLS_KEY("tls-key", "", "FILE", "PEM file with the private key of the certificate, without a password."),
    CONTEXT_PATH("context-path", "/", "PATH", "Path under which the app is served, such as /tools/streamlit."),
    LOG_LEVEL("log-level", "INFO", "LEVEL", "ERROR, WARN, INFO, DEBUG or TRACE."),
    APP("app", "", "FILE", "Streamlit script to run: starts Streamlit on a free loopback port and supervises it."),
    STREAMLIT_COMMAND(
            "streamlit-command",
            "",
            "COMMAND",
            "Command that starts Streamlit. Default: streamlit from PATH, else python3 -m streamlit."),
    STRIP_PREFIX(
            "strip-prefix",
            "auto",
            "auto|yes|no",
            "Whether to remove the context path from requests to Streamlit. auto finds out with a health check, so "
                    + "server.baseUrlPath may be set or not."),
    TRUSTED_PROXIES(
            "trusted-proxies",
            "",
            "CIDR,…",
            "Addresses of proxies in front of the gateway. Their X-Forwarded-For, -Host, -Proto, -Port and -Prefix are "
                    + "trusted, or Forwarded if the request has none of the first three. These proxies must remove such "
                    + "headers sent by clients."),
    ALLOWED_ORIGINS(
            "allowed-origins",
            "",
            "ORIGIN,…",
            "Additional Origins that may open WebSockets, such as https://portal.example.com, null or "
                    + "capacitor://localhost; * allows all. Streamlit receives the Origin's host as Host, since it would "
                    + "refuse another one."),
    ALLOWED_HOSTS(
            "allowed-hosts",
            "",
            "HOST,…",
            "Host names under which the gateway is served, such as apps.example.com, *.example.com or [::1]:8500; without "
                    + "a port, any port matches. Other requests get 421, except for /_gateway/health. Default: any host, "
                    + "with a warning, since another site's page could reach the apps by DNS rebinding."),
    EMBED_ORIGINS(
            "embed-origins",
            "",
            "ORIGIN,…",
            "Sites that may embed apps in frames, such as https://portal.example.com. Responses of apps then name them "
                    + "(frame-ancestors), and over https the sticky cookie and Streamlit's XSRF cookie are also sent from "
                    + "such frames (SameSite=None; Secure; Partitioned)."),
    SECURITY_HEADERS(
            "security-headers",
            "off",
            "off|standard",
            "Headers added to responses of apps that lack them. standard adds nosniff, Referrer-Policy same-origin, "
                    + "frame-ancestors 'self' and embed-origins, a Permissions-Policy that allows camera and microphone, "
                    + "and on https Strict-Transport-Security for a year; it also removes Server."),
    IDENTITY_HEADERS(
            "identity-headers",
            "",
            "NAME,…",
            "Additional headers that identify the user; accepted only from the container or a trusted proxy. X-Corp-* "
                    + "matches all names with this beginning."),
    IDENTITY_HEADER_EXCEPTIONS(
            "identity-header-exceptions",
            "",
            "NAME,…",
            "Headers that clients may send although their names look like those of identity headers. X-Azure-* matches "
                    + "all names with this beginning."),
    STREAMLIT_METRICS(
            "streamlit-metrics",
            "no",
            "yes|no",
            "Whether to forward requests for Streamlit's /_stcore/metrics, which can name users. Otherwise they get 404."),
    USER_HEADER(
            "user-header",
            "X-Forwarded-User",
            "NAME",
            "Header that passes the user authenticated by the container to Streamlit. Copies sent by clients are removed."),
    RELAY(
            "relay",
            "splice",
            "splice|bridge",
            "How WebSockets are relayed. splice forwards the bytes between both sockets unchanged; bridge forwards "
                    + "messages through the container's WebSocket API. Containers other than Jetty and Tomcat always use "
                    + "bridge."),
    CHANNEL(
            "channel",
            "",
            "NAME=URL,…",
            "WebSocket feed that pages can subscribe to, such as prices=ws://localhost:8011/ws,mode=shared. Can be "
                    + "repeated; elsewhere than on the command line, separate channels by line breaks or ;;."),
    MAX_MESSAGE_SIZE(
            "max-message-size",
            "200M",
            "SIZE",
            "Maximum size of a WebSocket message from a browser to an app. A larger one closes the session with 1009."),
    CONNECT_TIMEOUT("connect-timeout", "5s", "TIME", "Maximum wait for a TCP connection to Streamlit."),
    UPSTREAM_TIMEOUT(
            "upstream-timeout", "60s", "TIME", "Maximum time without a byte from Streamlit during an HTTP exchange."),
    CLIENT_TIMEOUT(
            "client-timeout", "60s", "TIME", "Maximum time without a byte from the client during an HTTP exchange."),
    HEAD_TIMEOUT(
            "head-timeout",
            "30s",
            "TIME",
            "Maximum time for receiving the request line and headers, counted from the first byte, and for a TLS "
                    + "handshake. Then the client gets 408, or the connection is closed. In a container, the container's "
                    + "own setting applies."),
    MIN_BODY_RATE(
            "min-body-rate",
            "500",
            "SIZE",
            "Minimum bytes per second of a request body, checked after the gateway has waited 20 s for it. A slower "
                    + "client gets 408, and its connection is closed. 0: no minimum."),
    MAX_CONNECTIONS(
            "max-connections",
            "20000",
            "NUMBER",
            "Maximum number of client connections; further ones are closed at once. Never more than half of the files "
                    + "that the process may open; 0 means exactly that. In a container, the container's own setting "
                    + "applies."),
    MAX_CONNECTIONS_PER_ADDRESS(
            "max-connections-per-address",
            "10000",
            "NUMBER",
            "Maximum number of connections from one IPv4 address or IPv6 /64 network; further ones are closed at once. "
                    + "Does not apply to trusted proxies, nor in a container. 0: no limit."),
    MAX_UPLOADS_PER_CLIENT(
            "max-uploads-per-client",
            "256",
            "NUMBER",
            "Maximum number of requests of one client whose bodies are still arriving; further ones get 429 with "
                    + "Retry-After. A client is an IPv4 address or IPv6 /64 network, as reported by trusted proxies. 0: no "
                    + "limit."),
    MAX_SESSIONS_PER_CLIENT(
            "max-sessions-per-client",
            "10000",
            "NUMBER",
            "Maximum number of WebSockets to Streamlit of one client; further handshakes get 503 with Retry-After. A "
                    + "client is an IPv4 address or IPv6 /64 network, as reported by trusted proxies. 0: no limit."),
    HANDSHAKE_TIMEOUT(
            "handshake-timeout",
            "10s",
            "TIME",
            "Maximum wait for Streamlit's response to a WebSocket handshake; browsers wait 15 s. Each replica gets at "
                    + "most 16 handshakes at a time; one that has waited half of this time for its turn gets 503."),
    PING_INTERVAL(
            "ping-interval", "20s", "TIME", "Time without a byte from a WebSocket peer after which it is pinged."),
    PONG_TIMEOUT(
            "pong-timeout",
            "20s",
            "TIME",
            "Maximum wait for the response to a ping before the peer is considered gone. A Streamlit that accepts "
                    + "connections but does not answer requests is considered busy: see stall-timeout."),
    STALL_TIMEOUT(
            "stall-timeout",
            "5m",
            "TIME",
            "Close a WebSocket whose peer has not read pending data for this long. Also the maximum wait for a Streamlit "
                    + "that accepts connections but answers no pings."),
    ASSET_CACHE(
            "asset-cache",
            "64M",
            "SIZE",
            "Memory for caching assets that Streamlit marks as immutable, stored compressed. Never more than a quarter of "
                    + "the heap. 0: no cache."),
    DRAIN_DELAY(
            "drain-delay",
            "0s",
            "TIME",
            "How long to keep serving after SIGTERM while /_gateway/health/ready says 503, for load balancers to notice."),
    STOP_TIMEOUT("stop-timeout", "10s", "TIME", "Maximum wait for running requests when the gateway stops."),
    CLOSE_SPREAD(
            "close-spread",
            "2s",
            "TIME",
            "Period over which WebSockets are closed one after another when the gateway stops or a replica is removed, to "
                    + "avoid that all browsers reconnect at once."),
    DRAIN_TIMEOUT(
            "drain-timeout", "1h", "TIME", "Maximum time for which a draining replica keeps its existing sessions."),
    HEALTH_INTERVAL(
            "health-interval",
            "2s",
            "TIME",
            "Time between two health checks of a replica of an app in a configuration file."),
    HEALTH_TIMEOUT("health-timeout", "2s", "TIME", "Maximum wait for the response to a health check; it must be ok."),
    HEALTH_RISE(
            "health-rise", "2", "NUMBER", "Consecutive successful checks after which a replica that was down is up."),
    HEALTH_FALL("health-fall", "3", "NUMBER", "Consecutive failed checks after which a replica is down."),
    STICKY_KEY(
            "sticky-key",
            "",
            "SECRET",
            "Secret that signs the sticky cookie, which keeps a visitor on a replica. Use the same one for all gateways "
                    + "in front of the same apps, such as the output of openssl rand -hex 32. Default: a new one at each "
                    + "start, so visitors may change replicas then."),
    STATE_FOLDER(
            "state-folder",
            "",
            "FOLDER",
            "Folder for the secret that signs the cookies of the apps started by the gateway, so that log-ins survive a "
                    + "restart; only the gateway's user can read the file. Not used with a sticky-key, from which the "
                    + "secret is derived then. Default: STATE_DIRECTORY, as set by systemd, else "
                    + "~/.local/state/streamlit-gateway."),
    METRICS_ALLOW(
            "metrics-allow",
            "127.0.0.0/8,::1",
            "CIDR,…",
            "Clients that may read /_gateway/metrics. One on this machine must also name it so in Host, and a request "
                    + "with forwarding headers of a proxy that is not trusted is refused: it is a visitor's. Others need "
                    + "the metrics-token; without it they get 404."),
    METRICS_TOKEN(
            "metrics-token",
            "",
            "SECRET",
            "Token that gives any client access to /_gateway/metrics, as Authorization: Bearer TOKEN. At least 16 "
                    + "characters, such as the output of openssl rand -hex 32."),
    METRICS_PORT(
            "metrics-port",
            "",
            "[HOST:]PORT",
            "Additional port that serves only /_gateway/metrics and /_gateway/health, to any client or, with a "
                    + "metrics-token, to those that have it. Without a host, it listens on 127.0.0.1. Not used in a "
                    + "container."),
    MESSAGE_METRICS(
            "message-metrics",
            "yes",
            "yes|no",
            "Whether to read the beginnings of WebSocket messages, for metrics and log lines about reruns and exceptions. "
                    + "Contents of elements and widgets are never read."),
    ACCESS_LOG(
            "access-log",
            "off",
            "off|combined|json|FILE",
            "Where to log requests and sessions: combined (NCSA) or json (OpenTelemetry names) to the output, in a "
                    + "container to the logger streamlit-gateway.access; or to a file, as JSON if its name ends in .json or "
                    + ".jsonl. SIGHUP reopens the file."),
    ACCESS_LOG_USERS(
            "access-log-users",
            "yes",
            "yes|hash|no",
            "Whether the access log names authenticated users: yes, as a keyed hash that changes with each start, or no."),
    ACCESS_LOG_QUERIES(
            "access-log-queries",
            "no",
            "yes|no",
            "Whether the access log has query strings, which may contain secrets."),
    PAGE_TITLE("page-title", "Apps", "TEXT", "Title of the list of apps, the waiting page and the status page."),
    PAGE_LOGO(
            "page-logo",
            "",
            "FILE",
            "Logo on the same pages: an SVG or PNG file of at most 64K, which the pages contain."),
    STATUS(
            "status",
            "loopback",
            "off|loopback|admins",
            "Who may use /_gateway/status and its actions: nobody, admins and clients on this machine, or admins only. "
                    + "Clients on this machine are recognized as for metrics-allow."),
    ADMINS(
            "admins",
            "",
            "USER,…",
            "Authenticated users who may use /_gateway/status, by the name that the container or a trusted proxy reports."),
    CTL_SOCKET(
            "ctl-socket",
            "",
            "FILE|no",
            "Unix domain socket for the command ctl, which only the gateway's user can open. Default: ctl-PORT.sock in the "
                    + "state-folder, but none in a container. no: none."),
    OTLP_ENDPOINT(
            "otlp-endpoint",
            "",
            "URL",
            "OpenTelemetry collector that receives traces by OTLP over HTTP, such as http://localhost:4318. Managed apps "
                    + "get it as OTEL_EXPORTER_OTLP_ENDPOINT. Default: none.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Text text;

    Setting(String key, String defaultValue, String form, String help) {
        text = new Text(key, defaultValue, form, help);
    }

    @Override
    public Text text() {
        return text;
    }

    /** Returns whether the value must never be shown. */
    public boolean isSecret() {
        return Secrets.isSecret(this);
    }

    /** Returns {@code streamlit-gateway.NAME}. */
    public String systemProperty() {
        return "streamlit-gateway." + key();
    }

    /**
     * Returns the name of the environment variable. It begins with {@code STREAMLIT_GATEWAY_}, except for
     * {@code STREAMLIT_HOST}, {@code STREAMLIT_PORT}, {@code PROXY_HOST} and {@code PROXY_PORT}, which keep their names
     * for compatibility.
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
