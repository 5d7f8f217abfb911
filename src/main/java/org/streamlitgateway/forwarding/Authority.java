package org.streamlitgateway.forwarding;

import java.util.Locale;

/**
 * Host and port as they stand in Host, Origin and Forwarded (RFC 3986 section 3.2.2, without user information).
 *
 * @param host in lower case; an IPv6 address in brackets
 * @param port {@link #NO_PORT} when none is named
 */
record Authority(String host, int port) {
    static final int NO_PORT = -1;

    private static final int LONGEST_HOST = 255;
    private static final int HIGHEST_PORT = 65535;

    /** {@code null} for anything that is not a name or address with or without a port. */
    static Authority parse(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : hostEnd(text);
        if (end <= 0 || end > LONGEST_HOST) {
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

    /** Where the name ends; 0 when a character cannot be in one. */
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

    /** 0 when it is not one; an empty port is none (RFC 3986 section 3.2.3). */
    static int port(String text, int from) {
        if (from == text.length()) {
            return NO_PORT;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            port = c >= '0' && c <= '9' && i - from < 5 ? port * 10 + c - '0' : HIGHEST_PORT + 1;
            if (port > HIGHEST_PORT) {
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

    /** The port that is meant under this scheme. */
    int portFor(String scheme) {
        return port == NO_PORT ? defaultPort(scheme) : port;
    }

    boolean isSame(Authority other, String scheme) {
        return host.equals(other.host) && portFor(scheme) == other.portFor(scheme);
    }
}
