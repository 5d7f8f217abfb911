package org.streamlitgateway.grammar;

/**
 * Finds the segments {@code .} and {@code ..} in a path (RFC 3986 section 3.3), however they and the separators around
 * them are written: percent-encoded, twice so, in overlong UTF-8, with backslashes, with parameters or blanks behind the
 * dots. No browser sends them, and somebody behind us might take one for the way out of a prefix.
 */
final class DotSegments {
    /** How many layers of percent-encoding are looked under. */
    private static final int MAX_DECODINGS = 3;

    private DotSegments() {}

    static boolean in(String path) {
        if (path.indexOf('%') < 0 && path.indexOf('\\') < 0) {
            return path.contains("/.") && isAmongSegments(path);
        }
        String seen = path;
        for (int i = 0; i < MAX_DECODINGS; i++) {
            if (isAmongSegments(seen)) {
                return true;
            }
            String decoded = decode(seen);
            if (decoded.length() == seen.length()) {
                return false;
            }
            seen = decoded;
        }
        return isAmongSegments(seen);
    }

    private static boolean isAmongSegments(String path) {
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

    /** Once; each octet becomes a character, but for overlong forms of ASCII. What is not encoded well stays as it is. */
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

    /** The ASCII character that is written in more octets than it needs; negative when it is none. */
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
