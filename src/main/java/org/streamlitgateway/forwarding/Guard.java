package org.streamlitgateway.forwarding;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.config.Cidr;
import org.streamlitgateway.grammar.HostGrammar;

/** Says whom a request comes from, under which host it may ask, and whether its Origin may open a WebSocket. Immutable. */
public final class Guard {
    private final List<Cidr> trustedProxies;
    private final Set<String> allowedOrigins;
    private final AllowedHosts allowedHosts;
    private final boolean embedded;
    private final ForwardingFields forwarding = new ForwardingFields(this::isTrusted);

    /**
     * @param allowedOrigins in lower case
     * @param allowedHosts none for any
     * @param embedded whether pages of other sites may show apps in frames
     */
    public Guard(List<Cidr> trustedProxies, Set<String> allowedOrigins, Set<String> allowedHosts, boolean embedded) {
        this.trustedProxies = trustedProxies;
        this.allowedOrigins = allowedOrigins;
        this.allowedHosts = new AllowedHosts(allowedHosts);
        this.embedded = embedded;
    }

    /** Forwarding headers count only when the TCP peer is a trusted proxy. */
    public ClientInfo client(HttpServletRequest request) {
        String peer = bare(request.getRemoteAddr());
        String host = request.getHeader("Host");
        if (host == null) {
            host = HostGrammar.of(request); // HTTP/2 has :authority instead
        }
        if (!isTrusted(peer)) {
            return untrusted(request, peer, host);
        }
        ForwardingFields.Said said = forwarding.read(request, peer);
        String scheme = said.scheme() == null ? request.getScheme() : said.scheme();
        String text = said.host() == null ? host : text(said.host());
        Authority authority = said.host() == null ? Authority.parse(host) : said.host();
        int port = authority == null ? Authority.NO_PORT : authority.port();
        // a proxy behind another one may tell the port that it listens at itself, mostly the other scheme's own
        boolean ownOfAScheme = said.port() == 80 || said.port() == 443;
        if (port == Authority.NO_PORT && said.port() != Authority.NO_PORT && !ownOfAScheme) {
            port = said.port();
            text = text + ":" + port;
        }
        return new ClientInfo(
                peer,
                said.address() == null ? peer : said.address(),
                forwardedFor(said, peer),
                scheme,
                text,
                port == Authority.NO_PORT ? Authority.defaultPort(scheme) : port,
                said.prefix(),
                true,
                forwarded(said),
                embedded && scheme.equals("https"));
    }

    private ClientInfo untrusted(HttpServletRequest request, String peer, String host) {
        String scheme = request.getScheme();
        Authority authority = Authority.parse(host);
        int port = authority == null ? Authority.defaultPort(scheme) : authority.portFor(scheme);
        return new ClientInfo(peer, peer, peer, scheme, host, port, "", false, "", embedded && scheme.equals("https"));
    }

    /**
     * The client and what it claims, then the trusted hops that are on this machine. Streamlit takes the last address
     * that it does not trust for the client's, and trusts no other proxies than those unless it is told so.
     */
    private String forwardedFor(ForwardingFields.Said said, String peer) {
        boolean known = said.address() != null;
        List<String> told = new ArrayList<>();
        for (int i = 0; i < said.chain().size(); i++) {
            ForwardedNode node = said.chain().get(i);
            boolean tell = i > said.client() ? !known || isLoopback(node.text()) : known;
            if (tell && node.isAddress()) {
                told.add(node.text());
            }
        }
        if (!known || isLoopback(peer)) {
            told.add(peer);
        }
        return String.join(", ", told);
    }

    /** As Forwarded (RFC 7239 section 7.4) what came as X-Forwarded-For. */
    private static String forwarded(ForwardingFields.Said said) {
        if (!said.forwarded().isEmpty()) {
            return said.forwarded();
        }
        return String.join(
                ", ", said.chain().stream().map(node -> "for=" + node.quoted()).toList());
    }

    /** Whether the gateway may be asked under this client's host; every host can be made to point here. */
    public boolean hasAllowedHost(ClientInfo client) {
        return allowedHosts.include(client.host(), client.scheme());
    }

    /**
     * Whether a WebSocket handshake with this Origin is let through: none (not a browser), the page's own, or a
     * configured one. Streamlit compares in the same way, but a mismatch there stalls all its sessions, so it is settled
     * here.
     */
    public boolean allowsOrigin(String origin, ClientInfo client) {
        return allowsOrigin(origin, client, allowedOrigins);
    }

    /** The same with other Origins configured, in lower case; {@code *} stands for all. */
    public static boolean allowsOrigin(String origin, ClientInfo client, Set<String> allowed) {
        if (origin == null || allowed.contains("*") || client.isSameOrigin(origin)) {
            return true;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        return allowed.contains(lower) || allowed.contains(withoutDefaultPort(lower));
    }

    private static String withoutDefaultPort(String origin) {
        int end = origin.indexOf("://");
        String port = end < 0 ? "" : ":" + Authority.defaultPort(origin.substring(0, end));
        return !port.isEmpty() && origin.endsWith(port) ? origin.substring(0, origin.length() - port.length()) : origin;
    }

    /** Whether the Origin names this host, under the Origin's own scheme. */
    public static boolean isSameHost(String origin, String host) {
        int end = origin.indexOf("://");
        Authority named = end < 0 ? null : Authority.parse(origin.substring(end + 3));
        Authority asked = Authority.parse(host);
        return named != null
                && asked != null
                && named.isSame(asked, origin.substring(0, end).toLowerCase(Locale.ROOT));
    }

    /** Host and port of an Origin in its own letters; {@code null} when it has none. */
    public static String hostOf(String origin) {
        int end = origin.indexOf("://");
        String host = end < 0 ? "" : origin.substring(end + 3);
        return host.isEmpty() || Authority.parse(host) == null ? null : host;
    }

    private static String text(Authority authority) {
        return authority.port() == Authority.NO_PORT ? authority.host() : authority.host() + ":" + authority.port();
    }

    private boolean isTrusted(String address) {
        for (Cidr block : trustedProxies) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1");
    }

    private static String bare(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }
}
