package org.streamlitgateway.forwarding;

import java.util.Locale;

/**
 * Where a request comes from, as far as it can be believed.
 *
 * @param peer address of the TCP peer
 * @param address the client's own: what a trusted proxy says, else the peer
 * @param forwardedFor value for X-Forwarded-For
 * @param scheme {@code http} or {@code https}, as the browser used it
 * @param host the public authority: Host as the browser sent it, port included
 * @param port the port the browser used
 * @param prefix path prefix that a trusted proxy took off: empty, or {@code /a/b}
 * @param trusted whether the peer is a configured trusted proxy
 * @param forwarded the Forwarded header (RFC 7239) so far, or empty
 * @param framed whether the page may be in a frame of another site, whose cookies need attributes for that
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

    /** Whether an Origin is the page's own: same host and port, and not http where the browser used https. */
    public boolean isSameOrigin(String origin) {
        int end = origin.indexOf("://");
        Authority named = end < 0 ? null : Authority.parse(origin.substring(end + 3));
        Authority asked = Authority.parse(host);
        if (named == null || asked == null) {
            return false;
        }
        return switch (origin.substring(0, end).toLowerCase(Locale.ROOT)) {
            case "http" -> !isSecure() && named.isSame(asked, "http");
            // where TLS ends at a proxy that is not named as trusted, we see http, and maybe its port
            case "https" ->
                named.isSame(asked, "https")
                        || !isSecure()
                                && isDefault(named, "https")
                                && isDefault(asked, "http")
                                && named.host().equals(asked.host());
            default -> false;
        };
    }

    private static boolean isDefault(Authority authority, String scheme) {
        return authority.portFor(scheme) == Authority.defaultPort(scheme);
    }

    /**
     * Host as Streamlit must see it. It compares Host with Origin letter by letter, while browsers leave default ports
     * and capitals out: so where Origin names the same host, Host is written as it is there.
     *
     * @param origin the Origin header, or {@code null}
     */
    public String hostFor(String origin) {
        return origin != null && isSameOrigin(origin) ? origin.substring(origin.indexOf("://") + 3) : host;
    }
}
