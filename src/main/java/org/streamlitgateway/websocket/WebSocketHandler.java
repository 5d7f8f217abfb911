package org.streamlitgateway.websocket;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.config.GatewayConfig.Timeouts;
import org.streamlitgateway.container.DisconnectDetector;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.headers.RequestHeaders;
import org.streamlitgateway.limit.ClientKey;
import org.streamlitgateway.limit.Quota;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitSubprotocols;

/**
 * Handler of WebSocket handshakes with apps: validates the request, dials Streamlit, and accepts or refuses the browser
 * as Streamlit did. {@link #begin} runs in the first dispatch of a request, {@link #finish} in the second. Thread-safe.
 */
public final class WebSocketHandler {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);

    /** Limits of Streamlit's WebSocket server, which does not answer at all beyond them (streamlit#14960). */
    private static final int MAX_LINE_BYTES = 8192;

    private static final int MAX_HEADERS = 128;

    /** Headers that the WebSocket client adds to a handshake; Host is among the browser's. */
    private static final int CLIENT_HEADERS = 4;

    /** Prefix of handshake headers that are hop-by-hop. */
    private static final String HOP_BY_HOP_PREFIX = "Sec-WebSocket-";

    /** 16 bytes in Base64 (RFC 6455 section 4.1). */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

    private static final Pattern DIGITS = Pattern.compile("[0-9]++");

    private final RelayFactory relayFactory;
    private final Scheduler scheduler;
    private final RequestHeaders headers;
    private final Guard guard;
    private final SessionRegistry registry;
    private final Timeouts timeouts;
    private final DisconnectDetector disconnects;
    private final Quota sessions;
    private final RateLimitedLog logLimit = new RateLimitedLog();

    public WebSocketHandler(
            RelayFactory relayFactory,
            Scheduler scheduler,
            RequestHeaders headers,
            Guard guard,
            SessionRegistry registry,
            Timeouts timeouts,
            DisconnectDetector disconnects,
            Quota sessions) {
        this.relayFactory = relayFactory;
        this.scheduler = scheduler;
        this.headers = headers;
        this.guard = guard;
        this.registry = registry;
        this.timeouts = timeouts;
        this.disconnects = disconnects;
        this.sessions = sessions;
    }

    /** Whether the request is a WebSocket handshake, valid or not. */
    public static boolean isUpgrade(HttpServletRequest request) {
        return containsToken(request.getHeaders("Upgrade"), "websocket") || isExtendedConnect(request);
    }

    /**
     * Whether this is a handshake over HTTP/2 (RFC 8441). It has no Upgrade header, and servlets cannot see
     * {@code :protocol}.
     */
    private static boolean isExtendedConnect(HttpServletRequest request) {
        return request.getMethod().equals("CONNECT")
                && request.getProtocol().equals("HTTP/2.0")
                && request.getHeader("Sec-WebSocket-Version") != null;
    }

    /** Starts a handshake; returns the reason for an immediate refusal, or {@code null}. */
    public Outcome begin(HttpServletRequest request, HttpServletResponse response, Route route, ClientInfo client) {
        Outcome invalid = validate(request);
        if (invalid != null) {
            LOG.atLevel(logLimit.level(Level.INFO, invalid.name()))
                    .log("handshake from {} refused: {} (logged at most once a minute)", client.peer(), invalid.text());
            return invalid;
        }
        String origin = origin(request);
        if (!guard.allowsOrigin(origin, client)) {
            LOG.atLevel(logLimit.level(Level.WARN, "origin"))
                    .log(
                            "handshake from {} refused: Origin {} is neither this host ({}) nor in --allowed-origins"
                                    + " (logged at most once a minute)",
                            client.peer(),
                            new Printable(origin),
                            new Printable(client.host()));
            return Outcome.ORIGIN_NOT_ALLOWED;
        }
        HttpFields.Mutable fields = upstreamHeaders(request, route, client, origin);
        String exceededLimit = exceededLimit(fields, Handshake.target(request, route));
        if (exceededLimit != null) {
            LOG.atLevel(logLimit.level(Level.WARN, DIGITS.matcher(exceededLimit).replaceAll("")))
                    .log("handshake from {} refused: {} (logged at most once a minute)", client.peer(), exceededLimit);
            return Outcome.HEADER_TOO_LARGE;
        }
        Quota.Share share = sessions.acquire(ClientKey.of(client.address()));
        if (share == null) {
            return Outcome.TOO_MANY_SESSIONS;
        }
        String name = registry.nextName();
        LOG.debug(
                "{}: {} from {} is forwarded to {} with headers {}",
                name,
                new Printable(request.getRequestURI()),
                client.peer(),
                route.replica().address(),
                fields.getFieldNamesCollection());
        SessionObserver observer = RequestObserver.of(request).session(name, StreamlitSubprotocols.sessionId(request));
        RequestHeaders.addTrace(fields, observer.trace());
        Relay relay = relayFactory.create(request, name, client.prefix() + route.strippedPrefix(), observer);
        registry.admitted(relay, share);
        new Handshake(request, response, route, client, relay, registry, disconnects)
                .begin(fields, scheduler, timeouts.handshake().toMillis());
        return null;
    }

    /** Whether {@link #begin} has started the request's handshake. */
    public static boolean isDialled(HttpServletRequest request) {
        return request.getAttribute(Handshake.ATTRIBUTE) != null;
    }

    /** Whether a refused handshake can be retried with another replica. */
    public static boolean isRetryable(HttpServletRequest request) {
        return request.getAttribute(Handshake.ATTRIBUTE) instanceof Handshake handshake && handshake.isRetryable();
    }

    /** Removes the request's handshake, before a retry with another replica. */
    public static void forget(HttpServletRequest request) {
        request.removeAttribute(Handshake.ATTRIBUTE);
    }

    /** Answers a request whose handshake with Streamlit has ended; returns the failure to answer, or {@code null}. */
    public Outcome finish(HttpServletRequest request) throws IOException {
        Handshake handshake = (Handshake) request.getAttribute(Handshake.ATTRIBUTE);
        return handshake.finish();
    }

    /**
     * Checks a handshake as RFC 6455 section 4.2.1 demands; returns {@code null} if it is valid. Without the check,
     * containers answer some invalid handshakes with 500 after Streamlit has accepted.
     */
    public static Outcome validate(HttpServletRequest request) {
        if (!isExtendedConnect(request) && !isValidUpgrade(request) || hasBody(request)) {
            return Outcome.BAD_HANDSHAKE;
        }
        return "13".equals(request.getHeader("Sec-WebSocket-Version")) ? null : Outcome.BAD_VERSION;
    }

    private static boolean isValidUpgrade(HttpServletRequest request) {
        Enumeration<String> keys = request.getHeaders("Sec-WebSocket-Key");
        return request.getMethod().equals("GET")
                && !request.getProtocol().equals("HTTP/1.0") // RFC 6455 section 4.1
                && containsToken(request.getHeaders("Connection"), "upgrade")
                && keys.hasMoreElements()
                && KEY.matcher(keys.nextElement()).matches()
                && !keys.hasMoreElements();
    }

    /** Whether the request announces a body, whose bytes would be parsed as frames. */
    private static boolean hasBody(HttpServletRequest request) {
        String length = request.getHeader("Content-Length");
        return length != null && !length.equals("0") || request.getHeader("Transfer-Encoding") != null;
    }

    /** Whether one of the comma-separated lists contains this token, ignoring case. */
    private static boolean containsToken(Enumeration<String> lines, String token) {
        while (lines.hasMoreElements()) {
            for (String element : lines.nextElement().split(",")) {
                if (element.trim().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private HttpFields.Mutable upstreamHeaders(
            HttpServletRequest request, Route route, ClientInfo client, String origin) {
        HttpFields.Mutable fields = headers.build(request, client, route);
        for (Iterator<HttpField> iterator = fields.iterator(); iterator.hasNext(); ) {
            if (iterator.next().getName().regionMatches(true, 0, HOP_BY_HOP_PREFIX, 0, HOP_BY_HOP_PREFIX.length())) {
                iterator.remove();
            }
        }
        fields.remove(HttpHeader.CONTENT_LENGTH).remove(HttpHeader.EXPECT);
        String subprotocols = registry.isForgotten(StreamlitSubprotocols.sessionId(request))
                ? StreamlitSubprotocols.withoutSession(request)
                : StreamlitSubprotocols.oneLine(request);
        if (!subprotocols.isEmpty()) {
            fields.put(StreamlitSubprotocols.HEADER, subprotocols);
        }
        if (origin != null && !client.isSameOrigin(origin)) {
            matchHostToOrigin(fields, origin);
        }
        return fields;
    }

    /**
     * Makes Host and Origin agree for an Origin that the configuration allows. Streamlit accepts an Origin that matches
     * Host. It compares any other with its own addresses, which it looks up on the internet while all sessions wait. An
     * Origin without a host ({@code null}, {@code file://}) matches no Host and is removed: Streamlit accepts a request
     * without Origin.
     */
    private static void matchHostToOrigin(HttpFields.Mutable fields, String origin) {
        String host = Guard.hostOf(origin);
        if (host == null) {
            fields.remove("Origin");
        } else {
            fields.put("Host", host);
        }
    }

    /** Returns the Origin header, or {@code null}. Several are joined, which makes an Origin that is never allowed. */
    private static String origin(HttpServletRequest request) {
        List<String> origins = Collections.list(request.getHeaders("Origin"));
        return origins.isEmpty() ? null : String.join(", ", origins);
    }

    /**
     * Names the limit of Streamlit's server that the handshake exceeds, without header values; {@code null} if none.
     */
    private static String exceededLimit(HttpFields fields, String target) {
        if (target.length() + "GET  HTTP/1.1\r\n".length() > MAX_LINE_BYTES) {
            return "the request line exceeds Streamlit's limit of " + MAX_LINE_BYTES + " bytes";
        }
        for (HttpField field : fields) {
            int line = field.getName().length() + field.getValue().length() + ": \r\n".length();
            if (line > MAX_LINE_BYTES) {
                return "header " + field.getName() + " has " + line + " bytes, Streamlit's limit is " + MAX_LINE_BYTES;
            }
        }
        int count = fields.size() + CLIENT_HEADERS;
        return count > MAX_HEADERS ? count + " headers, Streamlit's limit is " + MAX_HEADERS : null;
    }
}
