package org.streamlitgateway.streamlit;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.streamlitgateway.grammar.PathPrefix;
import org.streamlitgateway.routing.StickyCookie;

/** Cookies of apps that share a host. */
public final class StreamlitCookies {
    /** Streamlit's frontend reads this one and sends it back in a header; see {@link #withPrefix}. */
    private static final String FOR_THE_HOST = "__Host-";

    private static final String XSRF = "_streamlit_xsrf";

    private static final String STREAMLIT = "_streamlit";
    private static final String TAG = ".";
    private static final String PATH = "path";

    private final Set<String> own;

    /** @param sessionCookies names of the container's own cookies */
    public StreamlitCookies(Set<String> sessionCookies) {
        Set<String> names = new HashSet<>(sessionCookies);
        names.add(StickyCookie.NAME);
        this.own = Set.copyOf(names);
    }

    /**
     * What Streamlit is told. The gateway's own cookie is not for it, nor are the container's, which are keys to a log-in
     * there. Of several Streamlit cookies of the same name only the first is kept: browsers send the one with the longest
     * path first (RFC 6265 section 5.4), while Streamlit would believe the last, which is another app's. An app that lies
     * under another one gets those that bear its tag, and none of the other's.
     */
    public String upstream(String header, String tag) {
        boolean ours = own.stream().anyMatch(header::contains);
        int first = header.indexOf(STREAMLIT);
        if (!ours && (first < 0 || tag.isEmpty() && header.indexOf(STREAMLIT, first + 1) < 0)) {
            return header;
        }
        Set<String> seen = new HashSet<>();
        StringBuilder kept = new StringBuilder(header.length());
        for (String pair : header.split(";")) {
            String trimmed = pair.trim();
            int equals = trimmed.indexOf('=');
            String name = equals < 0 ? trimmed : trimmed.substring(0, equals).trim();
            if (trimmed.isEmpty() || own.contains(name)) {
                continue;
            }
            if (!tag.isEmpty() && isOfOneApp(name)) {
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

    /** Session and user cookies; the XSRF token is good for all apps of a host. */
    private static boolean isOfOneApp(String name) {
        return name.startsWith(STREAMLIT) && !name.equals(XSRF);
    }

    /**
     * What the browser is told: {@link #withPrefix}, and the tag that {@link #upstream} looks for. Streamlit's own cookies
     * stay with the app even when it knows its prefix, for it sets some of them at the root then.
     *
     * @param taken what was taken off the path on the way to Streamlit
     * @param whole the app's whole prefix
     * @param framed whether the token must be sent from frames of other sites, too
     */
    public static String browser(String setCookie, String taken, String whole, String tag, boolean framed) {
        if (framed && setCookie.startsWith(XSRF + "=")) {
            return inFrames(setCookie);
        }
        int equals = setCookie.indexOf('=');
        String name = equals < 0 ? "" : setCookie.substring(0, equals).trim();
        String tagged = tag.isEmpty() || !isOfOneApp(name) ? setCookie : name + TAG + tag + setCookie.substring(equals);
        return withPrefix(tagged, isOfOneApp(name) ? whole : taken);
    }

    /** Browsers send a cookie from a frame of another site only when it says so; and keep it apart for each such site. */
    private static String inFrames(String setCookie) {
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
     * Puts the stripped prefix back on a cookie's Path. The XSRF cookie stays where Streamlit puts it: the token is
     * good for every Streamlit on the host, while two of them at different paths would make uploads fail with 403
     * (streamlit/streamlit#9719). A name that begins with {@code __Host-} stands for the path {@code /}, and a browser
     * takes no other (RFC 6265bis section 4.1.3.2).
     */
    public static String withPrefix(String setCookie, String prefix) {
        if (prefix.isEmpty()
                || setCookie.startsWith(XSRF + "=")
                || setCookie.regionMatches(true, 0, FOR_THE_HOST, 0, FOR_THE_HOST.length())) {
            return setCookie;
        }
        StringBuilder changed = new StringBuilder(setCookie.length() + prefix.length());
        int done = 0;
        for (int semicolon = setCookie.indexOf(';'); semicolon >= 0; ) {
            int next = setCookie.indexOf(';', semicolon + 1);
            int value = pathValue(setCookie, semicolon + 1);
            if (value > 0) {
                int end = next < 0 ? setCookie.length() : next;
                changed.append(setCookie, done, value)
                        .append(PathPrefix.add(
                                prefix, setCookie.substring(value, end).trim()));
                done = end;
            }
            semicolon = next;
        }
        return changed.append(setCookie, done, setCookie.length()).toString();
    }

    /** Where the value of the attribute that begins here begins, if its name is Path; else negative. */
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
