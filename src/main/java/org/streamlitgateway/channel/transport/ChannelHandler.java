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

/** Handles requests to {@code <base>/_gateway/channels/NAME}: finds the channel and checks Origin and user. */
public final class ChannelHandler {
    /** Follows the app's prefix. */
    private static final String PATH = "/_gateway/channels/";

    private static final String PROTOCOL = "gateway.channel.v1";
    private static final Logger LOG = LoggerFactory.getLogger(ChannelHandler.class);

    /** Content types that a page of another site can send without a preflight (Fetch, "CORS-safelisted request-header"). */
    private static final Set<String> SAFELISTED_TYPES =
            Set.of("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data");

    private final JakartaUpgrade upgrade;
    private final Channels channels;
    private final RateLimitedLog logLimit = new RateLimitedLog();
    private final Guard guard;
    private final IdentityHeaders identity;

    /** @param guard checks Origins for channels that have no Origins of their own */
    public ChannelHandler(JakartaUpgrade upgrade, Channels channels, Guard guard, IdentityHeaders identity) {
        this.upgrade = upgrade;
        this.channels = channels;
        this.guard = guard;
        this.identity = identity;
    }

    /** Checks whether the path is a channel's; {@code prefix} is the app's. */
    public static boolean isChannel(String path, String prefix) {
        return path.startsWith(PATH, prefix.length());
    }

    /** Handles a request; returns the reason of a refusal, or {@code null}. */
    public Outcome handle(HttpServletRequest request, HttpServletResponse response, App app, ClientInfo client)
            throws IOException {
        String name = request.getRequestURI().substring(app.prefix().length() + PATH.length());
        if (name.isEmpty()) {
            return lookUp(request, response, app, client);
        }
        Channel channel = channels.find(name);
        if (channel == null || !isFor(channel, app)) {
            LOG.atLevel(logLimit.level(Level.INFO, Outcome.NO_CHANNEL.name()))
                    .log(
                            "{} requested unknown channel {} (logged at most once a minute)",
                            client.peer(),
                            new Printable(name));
            return Outcome.NO_CHANNEL;
        }
        String user = identity.user(request, client);
        Outcome refusal = checkAccess(request, channel, client, user);
        if (refusal != null) {
            LOG.atLevel(logLimit.level(Level.INFO, refusal.name()))
                    .log(
                            "{} refused for channel {}: {} (logged at most once a minute)",
                            client.peer(),
                            channel.config().name(),
                            refusal.text());
            return refusal;
        }
        boolean streams = String.valueOf(request.getHeader("Accept")).contains("text/event-stream");
        SubscribeRequest subscribeRequest = subscribeRequest(request, user, client);
        boolean webSocket = WebSocketHandler.isUpgrade(request);
        Outcome overCapacity = webSocket || streams ? channel.checkCapacity(subscribeRequest) : null;
        if (overCapacity != null) {
            return overCapacity;
        }
        if (webSocket) {
            return upgrade(request, response, channel, subscribeRequest);
        }
        response.setHeader("Cache-Control", "no-store");
        if (request.getMethod().equals("GET") && streams) {
            new EventStream(request, response).open(channel, subscribeRequest);
            return null;
        }
        if (request.getMethod().equals("POST")) {
            return post(request, response, channel, subscribeRequest);
        }
        return Outcome.BAD_REQUEST;
    }

    /**
     * Lists the channels whose feed has a given address and that the user may subscribe to, for pages that refer to a feed
     * by its address. The response never contains addresses.
     */
    private Outcome lookUp(HttpServletRequest request, HttpServletResponse response, App app, ClientInfo client)
            throws IOException {
        String address = query(request, "address");
        if (!request.getMethod().equals("GET") || address == null || address.isEmpty()) {
            return Outcome.NO_CHANNEL;
        }
        String user = identity.user(request, client);
        String found = channels.findByAddress(address).stream()
                .filter(channel -> isFor(channel, app) && checkAccess(request, channel, client, user) == null)
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

    /** Checks Origin, then user. A page of another site must not use a channel with its visitor's cookies. */
    private Outcome checkAccess(HttpServletRequest request, Channel channel, ClientInfo client, String user) {
        Set<String> origins = channel.config().access().origins();
        String origin = request.getHeader("Origin");
        boolean allowed =
                origins.isEmpty() ? guard.allowsOrigin(origin, client) : Guard.allowsOrigin(origin, client, origins);
        if (!allowed || origin == null && "cross-site".equals(request.getHeader("Sec-Fetch-Site"))) {
            return Outcome.ORIGIN_NOT_ALLOWED;
        }
        return channel.config().access().maySubscribe(user) ? null : Outcome.FORBIDDEN;
    }

    private static SubscribeRequest subscribeRequest(HttpServletRequest request, String user, ClientInfo client) {
        String lastEvent = request.getHeader("Last-Event-ID");
        ResumePoint resumePoint = lastEvent == null
                ? ResumePoint.of(query(request, "epoch"), query(request, "after"))
                : ResumePoint.ofEventId(lastEvent);
        return new SubscribeRequest(user, client.address(), query(request, "client"), resumePoint);
    }

    /** Reads a query parameter. Unlike {@code getParameter}, this does not read the body of a POST. */
    private static String query(HttpServletRequest request, String name) {
        String query = request.getQueryString() == null ? "" : request.getQueryString();
        try {
            return Arrays.stream(query.split("&"))
                    .filter(pair -> pair.startsWith(name + "="))
                    .findFirst()
                    .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                    .orElse(null);
        } catch (IllegalArgumentException e) { // invalid percent-encoding
            return "";
        }
    }

    private Outcome upgrade(
            HttpServletRequest request,
            HttpServletResponse response,
            Channel channel,
            SubscribeRequest subscribeRequest)
            throws IOException {
        Outcome invalid = WebSocketHandler.validate(request);
        if (invalid != null) {
            return invalid;
        }
        boolean enveloped = Collections.list(request.getHeaders("Sec-WebSocket-Protocol")).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .anyMatch(protocol -> protocol.trim().equals(PROTOCOL));
        ChannelEndpoint endpoint = new ChannelEndpoint(channel, subscribeRequest, enveloped, channels.runtime());
        try {
            upgrade.accept(request, response, endpoint, enveloped ? PROTOCOL : null);
            return null;
        } catch (IOException e) {
            LOG.debug("the WebSocket upgrade of a subscriber failed", e);
            return response.isCommitted() ? null : Outcome.INTERNAL;
        }
    }

    private static Outcome post(
            HttpServletRequest request,
            HttpServletResponse response,
            Channel channel,
            SubscribeRequest subscribeRequest)
            throws IOException {
        String header = request.getContentType() == null ? "" : request.getContentType();
        String type = header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        if (SAFELISTED_TYPES.contains(type) && request.getHeader("X-Requested-With") == null) {
            return Outcome.FORBIDDEN;
        }
        new PostBody(request, response, type.equals("application/octet-stream"), channel, subscribeRequest).read();
        return null;
    }
}
