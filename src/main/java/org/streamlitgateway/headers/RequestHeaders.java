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
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitCookies;

/** Builds the headers of the request to Streamlit. Immutable, thread-safe. */
public final class RequestHeaders {
    private final String userHeader;
    private final IdentityHeaders identity;
    private final StreamlitCookies cookies;

    /** @param sessionCookies names of the container's own cookies, which are not for apps */
    public RequestHeaders(String userHeader, IdentityHeaders identity, Set<String> sessionCookies) {
        this.userHeader = userHeader;
        this.identity = identity;
        this.cookies = new StreamlitCookies(sessionCookies);
    }

    /**
     * In this order: Host as the browser knows it, in the letters of its Origin; end-to-end headers as they came, but
     * forwarding and identity headers dropped unless a trusted proxy sent them, and credentials dropped that the
     * container has checked; then our own X-Forwarded-* and Forwarded (RFC 7239), and the user whom the container knows.
     */
    public HttpFields.Mutable build(HttpServletRequest request, ClientInfo client, Route route) {
        HttpFields.Mutable fields = HttpFields.build();
        fields.add(HttpHeader.HOST, client.hostFor(request.getHeader("Origin")));
        Set<String> hop = HopByHopHeaders.of(Collections.list(request.getHeaders("Connection")));
        for (Enumeration<String> names = request.getHeaderNames(); names.hasMoreElements(); ) {
            String name = names.nextElement();
            String lower = lower(name);
            if (hop.contains(lower) || lower.equals("host") || isForwarding(lower)) {
                continue;
            }
            if (identity.include(lower) && !(client.trusted() && identity.isCredible(request, name))) {
                continue;
            }
            if (lower.equals("cookie")) {
                // several lines, as HTTP/2 may send them, become one (RFC 9113 section 8.2.3)
                String all = String.join("; ", Collections.list(request.getHeaders(name)));
                String some = cookies.upstream(all, route.cookieTag());
                if (!some.isEmpty()) {
                    fields.add(name, some);
                }
                continue;
            }
            if (lower.equals("authorization") && request.getAuthType() != null) {
                continue; // for the container, which has taken it; an app that shows its headers must not show it
            }
            for (Enumeration<String> values = request.getHeaders(name); values.hasMoreElements(); ) {
                fields.add(name, values.nextElement());
            }
        }
        addForwarding(fields, client, route);
        addUser(fields, request);
        return fields;
    }

    private static String lower(String name) {
        HttpHeader known = HttpHeader.CACHE.get(name); // in any case
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

    private void addUser(HttpFields.Mutable fields, HttpServletRequest request) {
        String user = request.getRemoteUser();
        if (user != null && !user.isEmpty()) {
            fields.put(userHeader, visible(user));
        }
    }

    /** Set anew by us, from what {@link ClientInfo} took over; {@code _} is read as {@code -} by some servers. */
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

    /** A user name as a header value: what is not printable ASCII is percent-encoded as UTF-8. */
    private static String visible(String user) {
        boolean plain = user.chars().allMatch(c -> c > 0x20 && c < 0x7f || c == ' ');
        return plain ? user : URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String node(String address) {
        return address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
    }

    private static String quoted(String host) {
        return "\"" + host.replace("\\", "").replace("\"", "") + "\"";
    }
}
