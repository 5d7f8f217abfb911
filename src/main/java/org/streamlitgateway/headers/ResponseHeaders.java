package org.streamlitgateway.headers;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.grammar.PathPrefix;
import org.streamlitgateway.routing.Route;
import org.streamlitgateway.streamlit.StreamlitCookies;

/** Copies the headers of Streamlit's response to the response to the client. */
public final class ResponseHeaders {
    private ResponseHeaders() {}

    /**
     * Copies all end-to-end headers in their order, adds the prefix to Location and cookie paths, and adds the
     * {@link SecurityHeaders}.
     */
    public static void copy(
            HttpFields from, HttpServletRequest request, HttpServletResponse to, ClientInfo client, Route route) {
        SecurityHeaders security = SecurityHeaders.of(request);
        Set<String> hop = HopByHopHeaders.of(from.getValuesList("Connection"));
        if (to.getStatus() == HttpServletResponse.SC_NO_CONTENT) {
            hop = new HashSet<>(hop);
            hop.add("content-length"); // a 204 must not have one (RFC 9110 section 8.6)
        }
        for (HttpField field : from) {
            String lower = field.getLowerCaseName();
            if (lower.equals("date")) {
                to.setHeader("Date", field.getValue()); // the container has set its own already
            } else if (!hop.contains(lower) && !security.isDropped(field)) {
                to.addHeader(field.getName(), rewritten(lower, field.getValue(), request, client, route));
            }
        }
        security.complete(from, to);
    }

    /** Copies the cookies of a handshake's response. */
    public static void copyCookies(HttpFields from, HttpServletResponse to, ClientInfo client, Route route) {
        from.getFields("Set-Cookie")
                .forEach(field -> to.addHeader("Set-Cookie", cookie(field.getValue(), client, route)));
    }

    private static String rewritten(
            String lower, String value, HttpServletRequest request, ClientInfo client, Route route) {
        if (value == null) {
            return "";
        }
        return switch (lower) {
            case "location", "content-location" ->
                location(value, client, route, isLogin(request.getRequestURI(), route));
            case "set-cookie" -> cookie(value, client, route);
            default -> value;
        };
    }

    private static String cookie(String value, ClientInfo client, Route route) {
        return StreamlitCookies.browser(
                value,
                client.prefix() + route.strippedPrefix(),
                client.prefix() + route.prefix(),
                route.cookieTag(),
                client.framed());
    }

    /** Returns whether Streamlit may redirect to an identity provider, which may be on the same host. */
    private static boolean isLogin(String rawPath, Route route) {
        int start = route.prefix().length();
        return rawPath.startsWith("/auth/", start) || rawPath.startsWith("/oauth2callback", start);
    }

    /**
     * Rewrites a location for the browser. Absolute paths get the prefix. Absolute URLs of this host or of Streamlit's
     * address get the prefix and the browser's scheme, because Streamlit builds its URLs from Host and mostly with http.
     * All others are unchanged.
     *
     * @param login whether an absolute URL may belong to an identity provider, and is left unchanged
     */
    static String location(String location, ClientInfo client, Route route, boolean login) {
        String prefix = client.prefix() + route.strippedPrefix();
        if (location.startsWith("/")) {
            return PathPrefix.addToAddress(prefix, location);
        }
        String lower = location.toLowerCase(Locale.ROOT);
        boolean https = lower.startsWith("https://");
        if (login || !https && !lower.startsWith("http://") || https && !client.isSecure()) {
            return location;
        }
        int authority = location.indexOf("://") + 3;
        int path = authority;
        while (path < location.length() && "/?#".indexOf(location.charAt(path)) < 0) {
            path++;
        }
        HostPort upstream = route.replica().address();
        boolean sameHost = Guard.isSameHost(location.substring(0, path), client.host());
        if (!sameHost && !location.substring(authority, path).equalsIgnoreCase(upstream.toString())) {
            return location;
        }
        String rest = location.substring(path);
        if (route.strippedPrefix().isEmpty() && !PathPrefix.isUnder(route.prefix(), rest)) {
            return location; // Streamlit adds its prefix itself, and this path is not below it
        }
        return client.scheme() + "://" + client.host()
                + PathPrefix.addToAddress(prefix, rest.startsWith("/") ? rest : "/" + rest);
    }
}
