package org.streamlitgateway.forwarding;

import java.util.Locale;
import org.streamlitgateway.config.Cidr;

/**
 * One hop in X-Forwarded-For or Forwarded (RFC 7239 section 6).
 *
 * @param text the address without its port, or an identifier that hides the address
 * @param isAddress false for {@code unknown} and obfuscated identifiers such as {@code _gateway}
 */
record ForwardedNode(String text, boolean isAddress) {
    private static final int MAX_ADDRESS_LENGTH = 45;
    private static final int MAX_IDENTIFIER_LENGTH = 64;

    /** Parses a node. Returns {@code null} if it is malformed. */
    static ForwardedNode parse(String text) {
        if (text.startsWith("_") || text.equalsIgnoreCase("unknown")) {
            int port = text.indexOf(':');
            String name = port < 0 ? text : text.substring(0, port);
            return isIdentifier(name) ? new ForwardedNode(name.toLowerCase(Locale.ROOT), false) : null;
        }
        String address = withoutPort(text);
        return address != null && isAddress(address) ? new ForwardedNode(address, true) : null;
    }

    /** Returns the node as a value in Forwarded, where an IPv6 address needs brackets and quotes. */
    String quoted() {
        return text.indexOf(':') >= 0 ? "\"[" + text + "]\"" : text;
    }

    static boolean isAddress(String text) {
        boolean plain = !text.isEmpty()
                && text.length() <= MAX_ADDRESS_LENGTH
                && "%/[".chars().noneMatch(c -> text.indexOf(c) >= 0);
        return plain && Cidr.parse(text).isPresent();
    }

    private static String withoutPort(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            boolean whole = end > 0 && (end == text.length() - 1 || text.charAt(end + 1) == ':');
            return whole && hasPortOrNone(text, end + 1) ? text.substring(1, end) : null;
        }
        int colon = text.indexOf(':');
        boolean ipv6 = colon >= 0 && text.indexOf(':', colon + 1) >= 0;
        if (colon < 0 || ipv6) {
            return text;
        }
        return hasPortOrNone(text, colon) ? text.substring(0, colon) : null;
    }

    /** Returns whether a valid port follows, or none. A port may be obfuscated as well. */
    private static boolean hasPortOrNone(String text, int colon) {
        return colon >= text.length()
                || Authority.port(text, colon + 1) != 0
                || text.startsWith("_", colon + 1) && isIdentifier(text.substring(colon + 1));
    }

    private static boolean isIdentifier(String name) {
        return name.length() <= MAX_IDENTIFIER_LENGTH
                && name.chars()
                        .allMatch(c -> c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || c >= '0' && c <= '9'
                                || c == '.'
                                || c == '_'
                                || c == '-');
    }
}
