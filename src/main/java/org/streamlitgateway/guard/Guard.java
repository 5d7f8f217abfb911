package org.streamlitgateway.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.streamlitgateway.config.Cidr;

/** Says whom a request comes from and whether its Origin may open a WebSocket. Immutable, thread-safe. */
public final class Guard {
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");

    private final List<Cidr> trustedProxies;
    private final Set<String> allowedOrigins;

    public Guard(List<Cidr> trustedProxies, Set<String> allowedOrigins) {
        this.trustedProxies = trustedProxies;
        this.allowedOrigins = allowedOrigins;
    }

    /** Forwarding headers count only when the TCP peer is a trusted proxy. */
    public Client client(HttpServletRequest request) {
        String peer = bare(request.getRemoteAddr());
        String host = request.getHeader("Host");
        if (host == null) {
            host = authority(request); // HTTP/2 has :authority instead
        }
        boolean trusted = isTrusted(peer);
        if (!trusted) {
            return new Client(peer, peer, request.getScheme(), host, port(host, request.getScheme()), "", false, "");
        }
        String before = joined(request, "X-Forwarded-For");
        String scheme = or(last(joined(request, "X-Forwarded-Proto")), request.getScheme());
        String outerHost = or(last(joined(request, "X-Forwarded-Host")), host);
        return new Client(
                peer,
                before.isEmpty() ? peer : before + ", " + peer,
                scheme,
                outerHost,
                forwardedPort(request, outerHost, scheme),
                joined(request, "X-Forwarded-Prefix"),
                true,
                joined(request, "Forwarded"));
    }

    /**
     * Whether a WebSocket handshake with this Origin is let through: none (not a browser), the one of the page's own
     * host and port, or a configured one. Streamlit compares in the same way, but a mismatch there stalls all its
     * sessions, so it is settled here.
     */
    public boolean admits(String origin, Client client) {
        if (origin == null || allowedOrigins.contains("*")) {
            return true;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        return isSameHost(lower, client.host()) || allowedOrigins.contains(lower);
    }

    /** Whether the Origin names this host, default ports counted as written. */
    public static boolean isSameHost(String origin, String host) {
        int scheme = origin.indexOf("://");
        if (scheme < 0) {
            return false;
        }
        String name = origin.substring(0, scheme);
        return withPort(origin.substring(scheme + 3), name).equalsIgnoreCase(withPort(host, name));
    }

    /** As a browser writes it: the port only when it is not the scheme's own. */
    private static String authority(HttpServletRequest request) {
        String name = request.getServerName();
        String bracketed = name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
        boolean own = request.getServerPort() == (request.getScheme().equals("https") ? 443 : 80);
        return own ? bracketed : bracketed + ":" + request.getServerPort();
    }

    private boolean isTrusted(String peer) {
        for (Cidr block : trustedProxies) {
            if (block.contains(peer)) {
                return true;
            }
        }
        return false;
    }

    private static int forwardedPort(HttpServletRequest request, String host, String scheme) {
        String text = last(joined(request, "X-Forwarded-Port"));
        return PORT.matcher(text).matches() ? Integer.parseInt(text) : port(host, scheme);
    }

    private static String joined(HttpServletRequest request, String header) {
        return String.join(", ", Collections.list(request.getHeaders(header)));
    }

    private static String last(String list) {
        return list.substring(list.lastIndexOf(',') + 1).trim();
    }

    private static String or(String value, String otherwise) {
        return value.isEmpty() ? otherwise : value;
    }

    private static String withPort(String authority, String scheme) {
        int colon = authority.lastIndexOf(':');
        boolean has = colon > authority.lastIndexOf(']');
        return has ? authority : authority + (scheme.equalsIgnoreCase("https") ? ":443" : ":80");
    }

    private static int port(String host, String scheme) {
        String full = withPort(host, scheme);
        String digits = full.substring(full.lastIndexOf(':') + 1);
        return PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 80;
    }

    private static String bare(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }
}
