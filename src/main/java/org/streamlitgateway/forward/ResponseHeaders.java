package org.streamlitgateway.forward;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.guard.Client;
import org.streamlitgateway.guard.Guard;
import org.streamlitgateway.route.Route;

/** Passes on the headers of Streamlit's answer. */
public final class ResponseHeaders {
    private ResponseHeaders() {}

    /** All end-to-end headers in their order, each Set-Cookie apart; Location and cookie paths put under the prefix. */
    public static void pass(HttpFields from, HttpServletResponse to, Client client, Route route) {
        Set<String> hop = HopByHop.of(from.getValuesList("Connection"));
        for (HttpField field : from) {
            String lower = field.getLowerCaseName();
            if (lower.equals("date")) {
                to.setHeader("Date", field.getValue()); // servers have put one of their own there already
            } else if (!hop.contains(lower)) {
                to.addHeader(field.getName(), rewritten(lower, field.getValue(), client, route));
            }
        }
    }

    private static String rewritten(String lower, String value, Client client, Route route) {
        if (value == null) {
            return "";
        }
        return switch (lower) {
            case "location", "content-location" -> location(value, client, route);
            case "set-cookie" ->
                Cookies.browser(
                        value, client.prefix() + route.stripped(), client.prefix() + route.prefix(), route.cookieTag());
            default -> value;
        };
    }

    /**
     * An address as the browser must use it: absolute paths get the prefix, absolute addresses of this host or of
     * Streamlit's own get it too, with the scheme the browser uses; others are not ours.
     */
    static String location(String location, Client client, Route route) {
        String prefix = client.prefix() + route.stripped();
        if (location.startsWith("/")) {
            return Prefix.addToAddress(prefix, location);
        }
        String lower = location.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
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
        return client.scheme() + "://" + client.host()
                + Prefix.addToAddress(prefix, rest.startsWith("/") ? rest : "/" + rest);
    }
}
