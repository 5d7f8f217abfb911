package org.streamlitgateway.forwarding;

import java.util.Locale;

/**
 * Origin of a request, from the connection and from the headers of trusted proxies.
 *
 * @param peer address of the TCP peer
 * @param address address of the client: as reported by a trusted proxy, otherwise the peer
 * @param forwardedFor value of X-Forwarded-For to send
 * @param scheme {@code http} or {@code https}, as used by the browser
 * @param host the public authority: Host as sent by the browser, including the port
 * @param port the port used by the browser
 * @param prefix path prefix stripped by a trusted proxy: empty, or {@code /a/b}
 * @param trusted whether the peer is a configured trusted proxy
 * @param forwarded the valid part of the received Forwarded header (RFC 7239), or empty
 * @param framed whether the page may be in a frame of another site, so that cookies need attributes for that
 */
public record ClientInfo(
        String peer,
        String address,
        String forwardedFor,
        String scheme,
        String host,
        int port,
        String prefix,
        boolean trusted,
        String forwarded,
        boolean framed) {

    public boolean isSecure() {
        return scheme.equals("https");
    }

    /** Returns whether an Origin is that of the page: same host and port, and not http if the browser used https. */
    public boolean isSameOrigin(String origin) {
        int end = origin.indexOf("://");
        Authority source = end < 0 ? null : Authority.parse(origin.substring(end + 3));
        Authority requested = Authority.parse(host);
        if (source == null || requested == null) {
            return false;
        }
        return switch (origin.substring(0, end).toLowerCase(Locale.ROOT)) {
            case "http" -> !isSecure() && source.isSame(requested, "http");
            // behind a TLS proxy that is not trusted, the scheme is http and the port may be that of http
            case "https" ->
                source.isSame(requested, "https")
                        || !isSecure()
                                && isDefault(source, "https")
                                && isDefault(requested, "http")
                                && source.host().equals(requested.host());
            default -> false;
        };
    }

    private static boolean isDefault(Authority authority, String scheme) {
        return authority.portFor(scheme) == Authority.defaultPort(scheme);
    }

    /**
     * Returns the value of Host to send. Streamlit compares Host with Origin character by character, but browsers omit
     * default ports and capitals in Origin. If Origin names the same host, its spelling is used.
     *
     * @param origin the Origin header, or {@code null}
     */
    public String hostFor(String origin) {
        return origin != null && isSameOrigin(origin) ? origin.substring(origin.indexOf("://") + 3) : host;
    }
}
