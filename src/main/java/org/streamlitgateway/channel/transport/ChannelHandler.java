package org.streamlitgateway.channel.transport;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.streamlitgateway.channel.Channel;
import org.streamlitgateway.channel.Channels;
import org.streamlitgateway.channel.SubscribeRequest;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.container.JakartaUpgrade;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.forwarding.IdentityHeaders;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.websocket.WebSocketHandler;

/** Takes in what is asked of {@code <base>/_gateway/channels/NAME}: finds the channel, and says who may use it. */
public final class ChannelHandler {
    /** Follows the app's prefix. */
    private static final String PATH = "/_gateway/channels/";

    private static final String PROTOCOL = "gateway.channel.v1";
    private static final Logger LOG = LoggerFactory.getLogger(ChannelHandler.class);

    /** What a form of another site can send without asking (Fetch, "CORS-safelisted request-header"). */
    private static final Set<String> FORM_TYPES =
            Set.of("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data");

    private final JakartaUpgrade acceptor;
    private final Channels channels;
    private final RateLimitedLog rare = new RateLimitedLog();
    private final Guard guard;
    private final IdentityHeaders identity;

    /** @param guard admits the Origins of the whole gateway */
    public ChannelHandler(JakartaUpgrade acceptor, Channels channels, Guard guard, IdentityHeaders identity) {
        this.acceptor = acceptor;
        this.channels = channels;
        this.guard = guard;
        this.identity = identity;
    }

    /** Whether the path is a channel's; {@code prefix} is the app's. */
    public static boolean isChannel(String path, String prefix) {
        return path.startsWith(PATH, prefix.length());
    }

    /** Returns why the request is refused, or {@code null} when it has been taken care of. */
    public Outcome enter(HttpServletRequest request, HttpServletResponse response, App app, ClientInfo client)
            throws IOException {
        String name = request.getRequestURI().substring(app.prefix().length() + PATH.length());
        if (name.isEmpty()) {
            return lookUp(request, response, app, client);
        }
        Channel channel = channels.find(name);
        if (channel == null || !isFor(channel, app)) {
            LOG.atLevel(rare.level(Level.INFO, Outcome.NO_CHANNEL.name()))
                    .log(
                            "{} requested unknown channel {} (said at most once a minute)",
                            client.peer(),
                            new Printable(name));
            return Outcome.NO_CHANNEL;
        }
        String user = identity.user(request, client);
        Outcome refusal = admit(request, channel, client, user);
        if (refusal != null) {
            LOG.atLevel(rare.level(Level.INFO, refusal.name()))
                    .log(
                            "{} for channel {} refused: {} (said at most once a minute)",
                            client.peer(),
                            channel.config().name(),
                            refusal.text());
            return refusal;
        }
        boolean streams = String.valueOf(request.getHeader("Accept")).contains("text/event-stream");
        SubscribeRequest visitor = visitor(request, user, client);
        boolean upgrade = WebSocketHandler.isUpgrade(request);
        Outcome full = upgrade || streams ? channel.full(visitor) : null;
        if (full != null) {
            return full;
        }
        if (upgrade) {
            return upgrade(request, response, channel, visitor);
        }
        response.setHeader("Cache-Control", "no-store");
        if (request.getMethod().equals("GET") && streams) {
            new EventStream(request, response).open(channel, visitor);
            return null;
        }
        if (request.getMethod().equals("POST")) {
            return post(request, response, channel, visitor);
        }
        return Outcome.BAD_REQUEST;
    }

    /**
     * Which channels have a feed of this address, among those that the visitor may subscribe to: for pages that know a
     * feed by its address. An address is confirmed here, none is ever told.
     */
    private Outcome lookUp(HttpServletRequest request, HttpServletResponse response, App app, ClientInfo client)
            throws IOException {
        String address = query(request, "address");
        if (!request.getMethod().equals("GET") || address == null || address.isEmpty()) {
            return Outcome.NO_CHANNEL;
        }
        String user = identity.user(request, client);
        String found = channels.at(address).stream()
                .filter(channel -> isFor(channel, app) && admit(request, channel, client, user) == null)
                .map(channel -> ControlMessage.summary(
                        channel.config().name(), channel.config().mode()))
                .collect(Collectors.joining(",", "[", "]"));
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json");
        response.getOutputStream().write(found.getBytes(StandardCharsets.UTF_8));
        return null;
    }

    private static boolean isFor(Channel channel, App app) {
        return channel.config().access().isFor(app.config().prefix());
    }

    /** By Origin, then by user. A page of another site must not reach a channel with its visitor's cookies. */
    private Outcome admit(HttpServletRequest request, Channel channel, ClientInfo client, String user) {
        Set<String> own = channel.config().access().origins();
        String origin = request.getHeader("Origin");
        boolean admitted = own.isEmpty() ? guard.allowsOrigin(origin, client) : Guard.allowsOrigin(origin, client, own);
        if (!admitted || origin == null && "cross-site".equals(request.getHeader("Sec-Fetch-Site"))) {
            return Outcome.ORIGIN_NOT_ALLOWED;
        }
        return channel.config().access().maySubscribe(user) ? null : Outcome.FORBIDDEN;
    }

    private static SubscribeRequest visitor(HttpServletRequest request, String user, ClientInfo client) {
        String lastEvent = request.getHeader("Last-Event-ID");
        ResumePoint cursor = lastEvent == null
                ? ResumePoint.of(query(request, "epoch"), query(request, "after"))
                : ResumePoint.ofEventId(lastEvent);
        return new SubscribeRequest(user, client.address(), query(request, "client"), cursor);
    }

    /** Not {@code getParameter}, which would read the body of a POST. */
    private static String query(HttpServletRequest request, String name) {
        String query = request.getQueryString() == null ? "" : request.getQueryString();
        try {
            return Arrays.stream(query.split("&"))
                    .filter(pair -> pair.startsWith(name + "="))
                    .findFirst()
                    .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                    .orElse(null);
        } catch (IllegalArgumentException notEncoded) {
            return "";
        }
    }

    private Outcome upgrade(
            HttpServletRequest request, HttpServletResponse response, Channel channel, SubscribeRequest visitor)
            throws IOException {
        Outcome invalid = WebSocketHandler.validate(request);
        if (invalid != null) {
            return invalid;
        }
        boolean enveloped = Collections.list(request.getHeaders("Sec-WebSocket-Protocol")).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .anyMatch(word -> word.trim().equals(PROTOCOL));
        ChannelEndpoint endpoint = new ChannelEndpoint(channel, visitor, enveloped, channels.dialler());
        try {
            acceptor.accept(request, response, endpoint, enveloped ? PROTOCOL : null);
            return null;
        } catch (IOException lost) {
            LOG.debug("a subscriber was not upgraded", lost);
            return response.isCommitted() ? null : Outcome.INTERNAL;
        }
    }

    private static Outcome post(
            HttpServletRequest request, HttpServletResponse response, Channel channel, SubscribeRequest visitor)
            throws IOException {
        String type = request.getContentType() == null ? "" : request.getContentType();
        String bare = type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        if (FORM_TYPES.contains(bare) && request.getHeader("X-Requested-With") == null) {
            return Outcome.FORBIDDEN;
        }
        new PostBody(request, response, bare.equals("application/octet-stream"), channel, visitor).read();
        return null;
    }
}
