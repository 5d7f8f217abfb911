package org.streamlitgateway.grammar;

import jakarta.servlet.http.HttpServletRequest;

/** Grammar of Host and {@code :authority}: a host and an optional port (RFC 9110 section 7.2), without user information. */
public final class HostGrammar {
    private static final int MAX_PORT_DIGITS = 5;
    private static final int MAX_PORT = 65535;

    private HostGrammar() {}

    /** Returns the authority as the container sees it, without the default port, as a browser would write it. */
    public static String of(HttpServletRequest request) {
        String name = request.getServerName();
        String bracketed = name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
        boolean isDefault = request.getServerPort() == defaultPort(request.getScheme());
        return isDefault ? bracketed : bracketed + ":" + request.getServerPort();
    }

    /** Returns whether the authority is valid (RFC 3986 section 3.2). An empty port is invalid. */
    public static boolean isValid(String authority) {
        int colon = portColon(authority);
        String host = authority.substring(0, colon);
        boolean validHost = host.startsWith("[") ? isIpv6(host) : isName(host);
        return validHost && (colon == authority.length() || isPort(authority.substring(colon + 1)));
    }

    /** Returns whether both have the same host and port. A missing port is the default port of the scheme. */
    public static boolean areSame(String one, String other, String scheme) {
        return withPort(one, scheme).equalsIgnoreCase(withPort(other, scheme));
    }

    private static String withPort(String authority, String scheme) {
        return portColon(authority) == authority.length() ? authority + ":" + defaultPort(scheme) : authority;
    }

    private static int defaultPort(String scheme) {
        return "https".equalsIgnoreCase(scheme) ? 443 : 80;
    }

    /** Returns the index of the colon before the port, or the end. */
    private static int portColon(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : authority.length();
    }

    private static boolean isName(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "-._~%!$&'()*+;=".indexOf(c) < 0) {
                return false;
            }
        }
        return !host.isEmpty();
    }

    /** Checks only the characters of an IPv6 address, so that it cannot be taken for something else. */
    private static boolean isIpv6(String host) {
        if (!host.endsWith("]") || host.length() < "[::]".length() || host.indexOf(':') < 0) {
            return false;
        }
        for (int i = 1; i < host.length() - 1; i++) {
            char c = host.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.' || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String digits) {
        if (digits.isEmpty() || digits.length() > MAX_PORT_DIGITS) {
            return false;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return false;
            }
        }
        return Integer.parseInt(digits) <= MAX_PORT;
    }
}
