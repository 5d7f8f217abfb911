package org.streamlitgateway.forwarding;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.config.Cidr;
import org.streamlitgateway.grammar.HostGrammar;

/** Determines the client of a request, and checks its Host and the Origin of WebSocket handshakes. Immutable. */
public final class Guard {
    private final List<Cidr> trustedProxies;
    private final Set<String> allowedOrigins;
    private final AllowedHosts allowedHosts;
    private final boolean embedded;
    private final ForwardingFields forwarding = new ForwardingFields(this::isTrusted);

    /**
     * @param allowedOrigins in lower case; {@code *} allows any
     * @param allowedHosts empty to allow any
     * @param embedded whether pages of other sites may embed apps in frames
     */
    public Guard(List<Cidr> trustedProxies, Set<String> allowedOrigins, Set<String> allowedHosts, boolean embedded) {
        this.trustedProxies = trustedProxies;
        this.allowedOrigins = allowedOrigins;
        this.allowedHosts = new AllowedHosts(allowedHosts);
        this.embedded = embedded;
    }

    /** Determines the client of a request. Uses forwarding headers only if the TCP peer is a trusted proxy. */
    public ClientInfo client(HttpServletRequest request) {
        String peer = bare(request.getRemoteAddr());
        String host = request.getHeader("Host");
        if (host == null) {
            host = HostGrammar.of(request); // HTTP/2 has :authority instead
        }
        if (!isTrusted(peer)) {
            return untrusted(request, peer, host);
        }
        ForwardingFields.Values received = forwarding.read(request, peer);
        String scheme = received.scheme() == null ? request.getScheme() : received.scheme();
        String text = received.host() == null ? host : text(received.host());
        Authority authority = received.host() == null ? Authority.parse(host) : received.host();
        int port = authority == null ? Authority.NO_PORT : authority.port();
        // a proxy behind another one may report its own listening port, usually the default port of the other scheme
        boolean defaultPort = received.port() == 80 || received.port() == 443;
        if (port == Authority.NO_PORT && received.port() != Authority.NO_PORT && !defaultPort) {
            port = received.port();
            text = text + ":" + port;
        }
        return new ClientInfo(
                peer,
                received.address() == null ? peer : received.address(),
                forwardedFor(received, peer),
                scheme,
                text,
                port == Authority.NO_PORT ? Authority.defaultPort(scheme) : port,
                received.prefix(),
                true,
                forwarded(received),
                embedded && scheme.equals("https"));
    }

    private ClientInfo untrusted(HttpServletRequest request, String peer, String host) {
        String scheme = request.getScheme();
        Authority authority = Authority.parse(host);
        int port = authority == null ? Authority.defaultPort(scheme) : authority.portFor(scheme);
        return new ClientInfo(peer, peer, peer, scheme, host, port, "", false, "", embedded && scheme.equals("https"));
    }

    /**
     * Returns the client with its claims, followed by the trusted hops on this machine. Streamlit takes the last address
     * that it does not trust for the client, and by default trusts only proxies on its own machine.
     */
    private String forwardedFor(ForwardingFields.Values received, String peer) {
        boolean known = received.address() != null;
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < received.chain().size(); i++) {
            ForwardedNode node = received.chain().get(i);
            boolean included = i > received.client() ? !known || isLoopback(node.text()) : known;
            if (included && node.isAddress()) {
                addresses.add(node.text());
            }
        }
        if (!known || isLoopback(peer)) {
            addresses.add(peer);
        }
        return String.join(", ", addresses);
    }

    /** Returns the received Forwarded header, or X-Forwarded-For converted to it (RFC 7239 section 7.4). */
    private static String forwarded(ForwardingFields.Values received) {
        if (!received.forwarded().isEmpty()) {
            return received.forwarded();
        }
        return String.join(
                ", ",
                received.chain().stream().map(node -> "for=" + node.quoted()).toList());
    }

    /** Returns whether the client's Host is allowed. Without this check, any name can be made to resolve to the gateway. */
    public boolean hasAllowedHost(ClientInfo client) {
        return allowedHosts.contains(client.host(), client.scheme());
    }

    /**
     * Returns whether a WebSocket handshake with this Origin is allowed: without one (not a browser), with that of the
     * page, or with a configured one. Streamlit makes the same check, but a mismatch there stalls all its sessions.
     */
    public boolean allowsOrigin(String origin, ClientInfo client) {
        return allowsOrigin(origin, client, allowedOrigins);
    }

    /** Does the same check with other configured origins, in lower case; {@code *} allows any. */
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

    /** Returns whether the Origin names this host, with the default port of the Origin's scheme. */
    public static boolean isSameHost(String origin, String host) {
        int end = origin.indexOf("://");
        Authority source = end < 0 ? null : Authority.parse(origin.substring(end + 3));
        Authority requested = Authority.parse(host);
        return source != null
                && requested != null
                && source.isSame(requested, origin.substring(0, end).toLowerCase(Locale.ROOT));
    }

    /** Returns host and port of an Origin in its own spelling, or {@code null} if it has no valid host. */
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
