package org.streamlitgateway.forwarding;

import java.util.Locale;

/**
 * Host and port of a Host, Origin or Forwarded header (RFC 3986 section 3.2.2, without user information).
 *
 * @param host in lower case; an IPv6 address in brackets
 * @param port {@link #NO_PORT} if there is none
 */
record Authority(String host, int port) {
    static final int NO_PORT = -1;

    private static final int MAX_HOST_LENGTH = 255;
    private static final int MAX_PORT = 65535;

    /** Parses a name or address with an optional port. Returns {@code null} for anything else. */
    static Authority parse(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : hostEnd(text);
        if (end <= 0 || end > MAX_HOST_LENGTH) {
            return null;
        }
        int port = NO_PORT;
        if (end < text.length()) {
            port = text.charAt(end) == ':' ? port(text, end + 1) : 0;
            if (port == 0) {
                return null;
            }
        }
        String host = text.substring(0, end).toLowerCase(Locale.ROOT);
        if (host.charAt(0) == '[' && !ForwardedNode.isAddress(host.substring(1, end - 1))) {
            return null;
        }
        return new Authority(host, port);
    }

    /** Returns the end of the name; 0 if it contains an invalid character. */
    private static int hostEnd(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return i;
            }
            boolean name = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!name && "-._~!$&'()*+,;=%".indexOf(c) < 0) {
                return 0;
            }
        }
        return text.length();
    }

    /** Parses a port. Returns 0 if it is invalid; an empty port is no port (RFC 3986 section 3.2.3). */
    static int port(String text, int from) {
        if (from == text.length()) {
            return NO_PORT;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            port = c >= '0' && c <= '9' && i - from < 5 ? port * 10 + c - '0' : MAX_PORT + 1;
            if (port > MAX_PORT) {
                return 0;
            }
        }
        return port;
    }

    static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> NO_PORT;
        };
    }

    /** Returns the port, or the default port of the scheme. */
    int portFor(String scheme) {
        return port == NO_PORT ? defaultPort(scheme) : port;
    }

    boolean isSame(Authority other, String scheme) {
        return host.equals(other.host) && portFor(scheme) == other.portFor(scheme);
    }
}
