package org.streamlitgateway.websocket;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitSubprotocols;

/** Takes WebSocket handshakes in: checks them, dials Streamlit, and accepts or refuses as Streamlit did. */
public final class WebSocketHandler {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);

    /** Limits of Streamlit's WebSocket server, which gives no answer at all beyond them (streamlit#14960). */
    private static final int MAX_LINE_BYTES = 8192;

    private static final int MAX_HEADERS = 128;

    /** Host counts with the browser's; these four are made by the client for each handshake. */
    private static final int OWN_HEADERS = 4;

    /** Of headers that are between two peers of a WebSocket. */
    private static final String OWN_PREFIX = "Sec-WebSocket-";

    /** 16 bytes in base64 (RFC 6455 section 4.1). */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

    private static final Pattern DIGITS = Pattern.compile("[0-9]++");

    private final Relay.Kind kind;
    private final Scheduler scheduler;
    private final RequestHeaders headers;
    private final Guard guard;
    private final SessionRegistry relays;
    private final Timeouts timeouts;
    private final DisconnectDetector presence;
    private final Quota sessions;
    private final RateLimitedLog rare = new RateLimitedLog();
    private final AtomicLong count = new AtomicLong();

    public WebSocketHandler(
            Relay.Kind kind,
            Scheduler scheduler,
            RequestHeaders headers,
            Guard guard,
            SessionRegistry relays,
            Timeouts timeouts,
            DisconnectDetector presence,
            Quota sessions) {
        this.kind = kind;
        this.scheduler = scheduler;
        this.headers = headers;
        this.guard = guard;
        this.relays = relays;
        this.timeouts = timeouts;
        this.presence = presence;
        this.sessions = sessions;
    }

    public static boolean isUpgrade(HttpServletRequest request) {
        return lists(request.getHeaders("Upgrade"), "websocket") || isExtendedConnect(request);
    }

    /** RFC 8441: over HTTP/2 there is no Upgrade; {@code :protocol} is not shown to servlets, but the version is. */
    private static boolean isExtendedConnect(HttpServletRequest request) {
        return request.getMethod().equals("CONNECT")
                && request.getProtocol().equals("HTTP/2.0")
                && request.getHeader("Sec-WebSocket-Version") != null;
    }

    /** Starts a handshake; returns why it is refused at once, or {@code null}. */
    public Outcome begin(HttpServletRequest request, HttpServletResponse response, Route route, ClientInfo client) {
        Outcome invalid = validate(request);
        if (invalid != null) {
            LOG.atLevel(rare.level(Level.INFO, invalid.name()))
                    .log("handshake from {} refused: {} (said at most once a minute)", client.peer(), invalid.text());
            return invalid;
        }
        String origin = origin(request);
        if (!guard.allowsOrigin(origin, client)) {
            LOG.atLevel(rare.level(Level.WARN, "origin"))
                    .log(
                            "handshake from {} refused: Origin {} is neither this host ({}) nor in --allowed-origins"
                                    + " (said at most once a minute)",
                            client.peer(),
                            new Printable(origin),
                            new Printable(client.host()));
            return Outcome.ORIGIN_NOT_ALLOWED;
        }
        HttpFields.Mutable fields = upstreamHeaders(request, route, client, origin);
        String tooLarge = tooLarge(fields, Handshake.target(request, route));
        if (tooLarge != null) {
            LOG.atLevel(rare.level(Level.WARN, DIGITS.matcher(tooLarge).replaceAll("")))
                    .log("handshake from {} refused: {} (said at most once a minute)", client.peer(), tooLarge);
            return Outcome.HEADER_TOO_LARGE;
        }
        Quota.Share share = sessions.acquire(ClientKey.of(client.address()));
        if (share == null) {
            return Outcome.TOO_MANY_SESSIONS;
        }
        String name = "WebSocket " + count.incrementAndGet();
        LOG.debug(
                "{} {} from {} goes to {} as {}",
                name,
                new Printable(request.getRequestURI()),
                client.peer(),
                route.replica().address(),
                fields.getFieldNamesCollection());
        Relay relay = kind.create(request, name, client.prefix() + route.strippedPrefix());
        relays.counted(relay, share);
        new Handshake(request, response, route, client, relay, relays, presence)
                .begin(fields, scheduler, timeouts.handshake().toMillis());
        return null;
    }

    public static boolean isDialled(HttpServletRequest request) {
        return request.getAttribute(Handshake.ATTRIBUTE) != null;
    }

    /** Whether a handshake that was refused may be tried with another replica. */
    public static boolean mayMove(HttpServletRequest request) {
        return request.getAttribute(Handshake.ATTRIBUTE) instanceof Handshake handshake && handshake.mayMove();
    }

    /** Makes room for another try at another replica. */
    public static void forget(HttpServletRequest request) {
        request.removeAttribute(Handshake.ATTRIBUTE);
    }

    /** Finishes a handshake whose dialling has come to an end; returns how it failed, or {@code null}. */
    public Outcome finish(HttpServletRequest request) throws IOException {
        Handshake handshake = (Handshake) request.getAttribute(Handshake.ATTRIBUTE);
        return handshake.finish();
    }

    /** RFC 6455 section 4.2.1. Containers answer some of these with 500 once Streamlit has accepted. */
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
                && lists(request.getHeaders("Connection"), "upgrade")
                && keys.hasMoreElements()
                && KEY.matcher(keys.nextElement()).matches()
                && !keys.hasMoreElements();
    }

    /** A handshake has none: its bytes would be taken for frames. */
    private static boolean hasBody(HttpServletRequest request) {
        String length = request.getHeader("Content-Length");
        return length != null && !length.equals("0") || request.getHeader("Transfer-Encoding") != null;
    }

    /** Whether one of the lists holds this token, in any case. */
    private static boolean lists(Enumeration<String> lines, String token) {
        while (lines.hasMoreElements()) {
            for (String word : lines.nextElement().split(",")) {
                if (word.trim().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private HttpFields.Mutable upstreamHeaders(
            HttpServletRequest request, Route route, ClientInfo client, String origin) {
        HttpFields.Mutable fields = headers.build(request, client, route);
        for (Iterator<HttpField> all = fields.iterator(); all.hasNext(); ) {
            if (all.next().getName().regionMatches(true, 0, OWN_PREFIX, 0, OWN_PREFIX.length())) {
                all.remove();
            }
        }
        fields.remove(HttpHeader.CONTENT_LENGTH).remove(HttpHeader.EXPECT);
        String subprotocols = StreamlitSubprotocols.oneLine(request);
        if (!subprotocols.isEmpty()) {
            fields.put(StreamlitSubprotocols.HEADER, subprotocols);
        }
        if (origin != null && !client.isSameOrigin(origin)) {
            agree(fields, origin);
        }
        return fields;
    }

    /**
     * Admitted by configuration. Streamlit accepts a Host that is the Origin's host; all others it compares with its own
     * addresses, for which it asks the internet while every session waits. An Origin without a host ({@code null}, {@code
     * file://}) agrees with no Host, and Streamlit accepts none at all.
     */
    private static void agree(HttpFields.Mutable fields, String origin) {
        String host = Guard.hostOf(origin);
        if (host == null) {
            fields.remove("Origin");
        } else {
            fields.put("Host", host);
        }
    }

    /** The one Origin; several are put together, so that they are no Origin that is admitted. */
    private static String origin(HttpServletRequest request) {
        List<String> origins = Collections.list(request.getHeaders("Origin"));
        return origins.isEmpty() ? null : String.join(", ", origins);
    }

    /** What Streamlit would not answer, in words without any value; {@code null} when all fits. */
    private static String tooLarge(HttpFields fields, String target) {
        if (target.length() + "GET  HTTP/1.1\r\n".length() > MAX_LINE_BYTES) {
            return "the request line is longer than the " + MAX_LINE_BYTES + " bytes that Streamlit takes";
        }
        for (HttpField field : fields) {
            int line = field.getName().length() + field.getValue().length() + ": \r\n".length();
            if (line > MAX_LINE_BYTES) {
                return "header " + field.getName() + " has " + line + " bytes, Streamlit takes " + MAX_LINE_BYTES;
            }
        }
        int all = fields.size() + OWN_HEADERS;
        return all > MAX_HEADERS ? all + " headers, Streamlit takes " + MAX_HEADERS : null;
    }
}
