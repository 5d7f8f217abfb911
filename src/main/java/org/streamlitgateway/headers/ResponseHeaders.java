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

/** Passes on the headers of Streamlit's answer. */
public final class ResponseHeaders {
    private ResponseHeaders() {}

    /**
     * All end-to-end headers in their order, each Set-Cookie apart; Location and cookie paths put under the prefix; then
     * what {@link SecurityHeaders} add.
     */
    public static void pass(
            HttpFields from, HttpServletRequest request, HttpServletResponse to, ClientInfo client, Route route) {
        SecurityHeaders security = SecurityHeaders.of(request);
        Set<String> hop = HopByHopHeaders.of(from.getValuesList("Connection"));
        if (to.getStatus() == HttpServletResponse.SC_NO_CONTENT) {
            hop = new HashSet<>(hop);
            hop.add("content-length"); // it cannot have one (RFC 9110 section 8.6); some say 0, or more
        }
        for (HttpField field : from) {
            String lower = field.getLowerCaseName();
            if (lower.equals("date")) {
                to.setHeader("Date", field.getValue()); // servers have put one of their own there already
            } else if (!hop.contains(lower) && !security.isDropped(field)) {
                to.addHeader(field.getName(), rewritten(lower, field.getValue(), request, client, route));
            }
        }
        security.complete(from, to);
    }

    /** Of the answer to a handshake. */
    public static void passCookies(HttpFields from, HttpServletResponse to, ClientInfo client, Route route) {
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
                location(value, client, route, isLogIn(request.getRequestURI(), route));
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

    /** Whether Streamlit's answer may lead to an identity provider, which may be on this host, too. */
    private static boolean isLogIn(String rawPath, Route route) {
        int below = route.prefix().length();
        return rawPath.startsWith("/auth/", below) || rawPath.startsWith("/oauth2callback", below);
    }

    /**
     * An address as the browser must use it: absolute paths get the prefix, absolute addresses of this host or of
     * Streamlit's own get it too, with the scheme the browser uses; others are not ours. Streamlit makes its own absolute
     * addresses from Host, and mostly with http.
     *
     * @param logIn whether an absolute address may be an identity provider's
     */
    static String location(String location, ClientInfo client, Route route, boolean logIn) {
        String prefix = client.prefix() + route.strippedPrefix();
        if (location.startsWith("/")) {
            return PathPrefix.addToAddress(prefix, location);
        }
        String lower = location.toLowerCase(Locale.ROOT);
        boolean https = lower.startsWith("https://");
        if (logIn || !https && !lower.startsWith("http://") || https && !client.isSecure()) {
            return location;
        }
        int authority = location.indexOf("://") + 3;
        int path = authority;
        while (path < location.length() && "/?#".indexOf(location.charAt(path)) < 0) {
            path++;
        }
        HostPort upstream = route.replica().address();
        boolean own = Guard.isSameHost(location.substring(0, path), client.host());
        if (!own && !location.substring(authority, path).equalsIgnoreCase(upstream.toString())) {
            return location;
        }
        String rest = location.substring(path);
        if (route.strippedPrefix().isEmpty() && !PathPrefix.isUnder(route.prefix(), rest)) {
            return location; // Streamlit knows its prefix, and this is not below it
        }
        return client.scheme() + "://" + client.host()
                + PathPrefix.addToAddress(prefix, rest.startsWith("/") ? rest : "/" + rest);
    }
}
