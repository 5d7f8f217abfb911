package org.streamlitgateway.grammar;

import jakarta.servlet.http.HttpServletRequest;

/** The value of Host and of {@code :authority}: a host, and perhaps a port (RFC 9110 section 7.2); never user data. */
public final class HostGrammar {
    private static final int MAX_PORT_DIGITS = 5;
    private static final int MAX_PORT = 65535;

    private HostGrammar() {}

    /** What the container takes for it, as a browser writes it: the port only when it is not the scheme's own. */
    public static String of(HttpServletRequest request) {
        String name = request.getServerName();
        String bracketed = name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
        boolean own = request.getServerPort() == defaultPort(request.getScheme());
        return own ? bracketed : bracketed + ":" + request.getServerPort();
    }

    /** RFC 3986 section 3.2; a port after the colon must be there. */
    public static boolean isValid(String authority) {
        int colon = portColon(authority);
        String host = authority.substring(0, colon);
        boolean validHost = host.startsWith("[") ? isIpv6(host) : isName(host);
        return validHost && (colon == authority.length() || isPort(authority.substring(colon + 1)));
    }

    /** Whether both name the same host and port, a missing port being the scheme's own. */
    public static boolean areSame(String one, String other, String scheme) {
        return withPort(one, scheme).equalsIgnoreCase(withPort(other, scheme));
    }

    private static String withPort(String authority, String scheme) {
        return portColon(authority) == authority.length() ? authority + ":" + defaultPort(scheme) : authority;
    }

    private static int defaultPort(String scheme) {
        return "https".equalsIgnoreCase(scheme) ? 443 : 80;
    }

    /** Where the port's colon is, or the end. */
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

    /** Nearly: whoever dials it finds out more; here it only must not be taken for something else. */
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
