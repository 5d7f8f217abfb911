package org.streamlitgateway.streamlit;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.grammar.PathPrefix;
import org.streamlitgateway.routing.StickyCookie;

/**
 * Cookie rewriting that keeps apps on one host apart. Streamlit's session and user cookies get the app's path. For an
 * app below another app's path they also get a tag in their name, because the browser sends it the other app's cookies
 * too.
 */
public final class StreamlitCookies {
    private static final String HOST_PREFIX = "__Host-";

    /** Cookie that Streamlit's frontend reads and returns in a header; see {@link #withPrefix}. */
    private static final String XSRF = "_streamlit_xsrf";

    private static final String STREAMLIT = "_streamlit";
    private static final String TAG = ".";
    private static final String PATH = "path";

    private final Set<String> gatewayCookies;

    /** @param sessionCookies names of the servlet container's cookies, which are never forwarded */
    public StreamlitCookies(Set<String> sessionCookies) {
        Set<String> names = new HashSet<>(sessionCookies);
        names.add(StickyCookie.NAME);
        this.gatewayCookies = Set.copyOf(names);
    }

    /**
     * Returns the Cookie header to send to Streamlit. Drops the gateway's cookie, and the container's, which
     * authenticate a user there. Of several Streamlit cookies with one name it keeps the first: browsers send the
     * cookie with the longest path first (RFC 6265 section 5.4), while Streamlit uses the last, which belongs to
     * another app. With a tag, only the app's cookies that carry the tag are kept, and the tag is removed.
     *
     * @param tag tag of an app whose path lies below another app's; empty for other apps
     */
    public String upstream(String header, String tag) {
        boolean mayHaveGatewayCookie = gatewayCookies.stream().anyMatch(header::contains);
        int first = header.indexOf(STREAMLIT);
        if (!mayHaveGatewayCookie && (first < 0 || tag.isEmpty() && header.indexOf(STREAMLIT, first + 1) < 0)) {
            return header;
        }
        Set<String> seen = new HashSet<>();
        StringBuilder kept = new StringBuilder(header.length());
        for (String pair : header.split(";")) {
            String trimmed = pair.trim();
            int equals = trimmed.indexOf('=');
            String name = equals < 0 ? trimmed : trimmed.substring(0, equals).trim();
            if (trimmed.isEmpty() || gatewayCookies.contains(name)) {
                continue;
            }
            if (!tag.isEmpty() && isAppSpecific(name)) {
                if (equals < 0 || !name.endsWith(TAG + tag)) {
                    continue;
                }
                name = name.substring(0, name.length() - TAG.length() - tag.length());
                trimmed = name + trimmed.substring(equals);
            }
            if (name.startsWith(STREAMLIT) && !seen.add(name)) {
                continue;
            }
            kept.append(kept.isEmpty() ? "" : "; ").append(trimmed);
        }
        return kept.toString();
    }

    /** Whether this is a session or user cookie. The XSRF token is valid for all apps of a host. */
    private static boolean isAppSpecific(String name) {
        return name.startsWith(STREAMLIT) && !name.equals(XSRF);
    }

    /**
     * Returns the Set-Cookie header to send to the browser, with the path prefix added by {@link #withPrefix} and the
     * tag expected by {@link #upstream}. App-specific cookies always get the app's full prefix: Streamlit sets some of
     * them at the root even when it knows its base path.
     *
     * @param stripped prefix that was removed from the path sent to Streamlit; empty for none
     * @param fullPrefix the app's path
     * @param tag see {@link #upstream}
     * @param framed whether the app may be embedded in frames of other sites, which then must send the XSRF cookie, too
     */
    public static String browser(String setCookie, String stripped, String fullPrefix, String tag, boolean framed) {
        if (framed && setCookie.startsWith(XSRF + "=")) {
            return forCrossSiteFrames(setCookie);
        }
        int equals = setCookie.indexOf('=');
        String name = equals < 0 ? "" : setCookie.substring(0, equals).trim();
        String tagged =
                tag.isEmpty() || !isAppSpecific(name) ? setCookie : name + TAG + tag + setCookie.substring(equals);
        return withPrefix(tagged, isAppSpecific(name) ? fullPrefix : stripped);
    }

    /** Sets SameSite=None, Secure and Partitioned: browsers send no other cookie from a frame of another site. */
    private static String forCrossSiteFrames(String setCookie) {
        StringBuilder kept = new StringBuilder();
        for (String part : setCookie.split(";")) {
            String attribute = part.trim().toLowerCase(Locale.ROOT);
            boolean replaced =
                    attribute.startsWith("samesite=") || attribute.equals("secure") || attribute.equals("partitioned");
            if (kept.isEmpty() || !replaced && !attribute.isEmpty()) {
                kept.append(kept.isEmpty() ? "" : "; ").append(part.trim());
            }
        }
        return kept + StickyCookie.IN_FRAMES;
    }

    /**
     * Adds the prefix to a cookie's Path. The XSRF cookie keeps its path: the token is valid for every Streamlit on the
     * host, while two tokens at different paths make uploads fail with 403 (streamlit/streamlit#9719). Browsers accept
     * a name that begins with {@code __Host-} only with the path {@code /} (RFC 6265bis section 4.1.3.2).
     */
    public static String withPrefix(String setCookie, String prefix) {
        if (prefix.isEmpty()
                || setCookie.startsWith(XSRF + "=")
                || setCookie.regionMatches(true, 0, HOST_PREFIX, 0, HOST_PREFIX.length())) {
            return setCookie;
        }
        StringBuilder changed = new StringBuilder(setCookie.length() + prefix.length());
        int copied = 0;
        for (int semicolon = setCookie.indexOf(';'); semicolon >= 0; ) {
            int next = setCookie.indexOf(';', semicolon + 1);
            int value = pathValue(setCookie, semicolon + 1);
            if (value > 0) {
                int end = next < 0 ? setCookie.length() : next;
                changed.append(setCookie, copied, value)
                        .append(PathPrefix.add(
                                prefix, setCookie.substring(value, end).trim()));
                copied = end;
            }
            semicolon = next;
        }
        return changed.append(setCookie, copied, setCookie.length()).toString();
    }

    /**
     * Returns the index of the value of the attribute at this index if its name is Path; otherwise a negative number.
     */
    private static int pathValue(String setCookie, int attribute) {
        int name = skipBlanks(setCookie, attribute);
        if (!setCookie.regionMatches(true, name, PATH, 0, PATH.length())) {
            return -1;
        }
        int equals = skipBlanks(setCookie, name + PATH.length());
        return equals < setCookie.length() && setCookie.charAt(equals) == '=' ? equals + 1 : -1;
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }
}
