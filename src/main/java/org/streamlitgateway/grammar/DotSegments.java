package org.streamlitgateway.grammar;

/**
 * Finds the segments {@code .} and {@code ..} in a path (RFC 3986 section 3.3), in any spelling: percent-encoded once or
 * several times, in overlong UTF-8, between backslashes, followed by parameters or blanks. No browser sends them, and a
 * server behind the gateway might resolve one and leave the prefix.
 */
final class DotSegments {
    /** Maximum number of percent-encoding layers. */
    private static final int MAX_DECODINGS = 3;

    private DotSegments() {}

    /** Returns whether the path contains a dot segment. */
    static boolean in(String path) {
        if (path.indexOf('%') < 0 && path.indexOf('\\') < 0) {
            return path.contains("/.") && hasDotSegment(path);
        }
        String current = path;
        for (int i = 0; i < MAX_DECODINGS; i++) {
            if (hasDotSegment(current)) {
                return true;
            }
            String decoded = decode(current);
            if (decoded.length() == current.length()) {
                return false;
            }
            current = decoded;
        }
        return hasDotSegment(current);
    }

    private static boolean hasDotSegment(String path) {
        int start = 0;
        for (int i = 0; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/' || path.charAt(i) == '\\') {
                if (isDots(path, start, i)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    private static boolean isDots(String path, int start, int end) {
        int at = start;
        while (at < end && path.charAt(at) == '.') {
            at++;
        }
        int dots = at - start;
        while (at < end && path.charAt(at) <= ' ') {
            at++;
        }
        return (dots == 1 || dots == 2) && (at == end || path.charAt(at) == ';');
    }

    /**
     * Percent-decodes a path once. Each octet becomes a character, and an overlong form of an ASCII character becomes that
     * character. Malformed escapes are unchanged.
     */
    public static String decode(String path) {
        StringBuilder decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); ) {
            int octet = octet(path, i);
            if (octet < 0) {
                decoded.append(path.charAt(i));
                i++;
            } else {
                int following = octet == 0xc0 || octet == 0xc1 ? 1 : octet == 0xe0 ? 2 : octet == 0xf0 ? 3 : 0;
                int code = overlong(path, i, following, octet & 1);
                decoded.append((char) (code < 0 ? octet : code));
                i += code < 0 ? 3 : 3 * (following + 1);
            }
        }
        return decoded.toString();
    }

    /** Returns the ASCII character of an overlong form; negative if there is none. */
    private static int overlong(String path, int at, int following, int first) {
        int code = following == 1 ? first : 0;
        for (int n = 1; n <= following; n++) {
            int octet = octet(path, at + 3 * n);
            if (octet < 0) {
                return -1;
            }
            code = code << 6 | octet & 0x3f;
        }
        return following > 0 && code < 0x80 ? code : -1;
    }

    private static int octet(String path, int at) {
        if (at + 2 >= path.length() || path.charAt(at) != '%') {
            return -1;
        }
        int high = Character.digit(path.charAt(at + 1), 16);
        int low = Character.digit(path.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
