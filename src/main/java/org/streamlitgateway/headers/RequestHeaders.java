package org.streamlitgateway.headers;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.IdentityHeaders;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitCookies;
import org.streamlitgateway.trace.TraceContext;

/** Builds the headers of the request to Streamlit. Immutable, thread-safe. */
public final class RequestHeaders {
    private final String userHeader;
    private final IdentityHeaders identity;
    private final StreamlitCookies cookies;

    /**
     * @param userHeader name of the header that carries the authenticated user
     * @param sessionCookies names of the container's cookies, which are not sent to apps
     */
    public RequestHeaders(String userHeader, IdentityHeaders identity, Set<String> sessionCookies) {
        this.userHeader = userHeader;
        this.identity = identity;
        this.cookies = new StreamlitCookies(sessionCookies);
    }

    /**
     * Builds the headers in this order:
     *
     * <ol>
     *   <li>Host as the browser knows it, in the spelling of its Origin;
     *   <li>the end-to-end headers of the request, without forwarding headers, without identity headers unless a trusted
     *       proxy sent them, and without credentials that the container has checked;
     *   <li>X-Forwarded-* and Forwarded (RFC 7239);
     *   <li>the place in the trace (W3C Trace Context);
     *   <li>the user authenticated by the container.
     * </ol>
     */
    public HttpFields.Mutable build(HttpServletRequest request, ClientInfo client, Route route) {
        HttpFields.Mutable fields = HttpFields.build();
        fields.add(HttpHeader.HOST, client.hostFor(request.getHeader("Origin")));
        Set<String> hop = HopByHopHeaders.of(Collections.list(request.getHeaders("Connection")));
        for (Enumeration<String> names = request.getHeaderNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            String lower = lower(name);
            if (hop.contains(lower) || lower.equals("host") || isForwarding(lower) || isTrace(lower)) {
                continue;
            }
            if (identity.contains(lower) && !(client.trusted() && identity.isCredible(request, name))) {
                continue;
            }
            if (lower.equals("cookie")) {
                // HTTP/2 may send several lines, which become one (RFC 9113 section 8.2.3)
                String joined = String.join("; ", Collections.list(request.getHeaders(name)));
                String filtered = cookies.upstream(joined, route.cookieTag());
                if (!filtered.isEmpty()) {
                    fields.add(name, filtered);
                }
                continue;
            }
            if (lower.equals("authorization") && request.getAuthType() != null) {
                continue; // consumed by the container; an app that displays its headers must not reveal it
            }
            for (Enumeration<String> values = request.getHeaders(name); values.hasMoreElements(); ) {
                fields.add(name, values.nextElement());
            }
        }
        addForwarding(fields, client, route);
        addTrace(fields, RequestObserver.of(request).trace());
        addUser(fields, request);
        return fields;
    }

    private static String lower(String name) {
        HttpHeader known = HttpHeader.CACHE.get(name); // ignores case
        return known == null ? name.toLowerCase(Locale.ROOT) : known.lowerCaseName();
    }

    private static void addForwarding(HttpFields.Mutable fields, ClientInfo client, Route route) {
        fields.put("X-Forwarded-For", client.forwardedFor());
        fields.put("X-Forwarded-Proto", client.scheme());
        fields.put("X-Forwarded-Host", client.host());
        fields.put("X-Forwarded-Port", Integer.toString(client.port()));
        String prefix = client.prefix() + route.prefix();
        if (!prefix.isEmpty()) {
            fields.put("X-Forwarded-Prefix", prefix);
        }
        String element = "for=" + node(client.peer()) + ";host=" + quoted(client.host()) + ";proto=" + client.scheme();
        fields.put("Forwarded", client.forwarded().isEmpty() ? element : client.forwarded() + ", " + element);
    }

    private static boolean isTrace(String lower) {
        return lower.equals(TraceContext.PARENT_HEADER) || lower.equals(TraceContext.STATE_HEADER);
    }

    /** Adds a place in a trace, or replaces another one. */
    public static void addTrace(HttpFields.Mutable fields, TraceContext trace) {
        fields.put(TraceContext.PARENT_HEADER, trace.header());
        if (!trace.state().isEmpty()) {
            fields.put(TraceContext.STATE_HEADER, trace.state());
        }
    }

    private void addUser(HttpFields.Mutable fields, HttpServletRequest request) {
        String user = request.getRemoteUser();
        if (user != null && !user.isEmpty()) {
            fields.put(userHeader, headerValue(user));
        }
    }

    /** Returns whether a header is replaced by {@link #addForwarding}. Some servers read {@code _} as {@code -}. */
    private static boolean isForwarding(String lower) {
        return switch (lower.replace('_', '-')) {
            case "x-forwarded-for",
                    "x-forwarded-proto",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-prefix",
                    "forwarded" -> true;
            default -> false;
        };
    }

    /** Percent-encodes a user name that is not printable ASCII, as UTF-8. */
    private static String headerValue(String user) {
        boolean printable = user.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return printable
                ? user
                : URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String node(String address) {
        return address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
    }

    private static String quoted(String host) {
        return "\"" + host.replace("\\", "").replace("\"", "") + "\"";
    }
}
