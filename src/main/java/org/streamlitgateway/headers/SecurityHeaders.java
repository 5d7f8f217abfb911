package org.streamlitgateway.headers;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;

/**
 * Headers that restrict what a page may do in the browser. Always set on built-in pages; set on responses of apps according
 * to {@code security-headers}. The gateway servlet stores an instance in each request. Immutable, thread-safe.
 */
public final class SecurityHeaders {
    private static final String ATTRIBUTE = SecurityHeaders.class.getName();
    private static final SecurityHeaders NONE = new SecurityHeaders(false, Set.of(), false);

    private static final String POLICY = "Content-Security-Policy";
    private static final String ANCESTORS = "frame-ancestors";
    private static final String REFERRER_POLICY = "Referrer-Policy";

    /** The gateway needs the Referer to tell an app's page from another app's; {@code no-referrer} would break that. */
    private static final String SAME_ORIGIN = "same-origin";

    /** Camera and microphone are needed by {@code st.camera_input} and {@code st.audio_input}. */
    private static final String PERMISSIONS = "camera=(self), microphone=(self), accelerometer=(),"
            + " display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), midi=(), payment=(),"
            + " serial=(), usb=()";

    private static final String ONE_YEAR = "max-age=31536000";

    private final boolean standard;
    private final boolean secure;
    private final boolean framed;
    private final String ancestors;

    /**
     * @param standard whether responses of apps get all headers, or only the frame policy
     * @param embedOrigins origins of pages that may embed apps in frames
     * @param secure whether the browser uses https
     */
    public SecurityHeaders(boolean standard, Set<String> embedOrigins, boolean secure) {
        this.standard = standard;
        this.secure = secure;
        this.framed = !embedOrigins.isEmpty();
        this.ancestors = ANCESTORS + " 'self'"
                + embedOrigins.stream().sorted().map(origin -> " " + origin).collect(Collectors.joining());
    }

    /** Stores this instance in a request. */
    public void putInto(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Returns the instance stored in a request. */
    public static SecurityHeaders of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof SecurityHeaders stored ? stored : NONE;
    }

    /** Sets the headers of a built-in page, which may contain only these inline scripts and styles, and data URIs. */
    public static void addToBuiltInPage(
            HttpServletRequest request, HttpServletResponse response, List<String> scripts, List<String> styles) {
        StringBuilder policy = new StringBuilder("default-src 'none'; base-uri 'none'; form-action 'none'");
        if (!scripts.isEmpty()) {
            policy.append("; connect-src 'self'; script-src").append(hashes(scripts));
        }
        if (!styles.isEmpty()) {
            policy.append("; img-src data:; style-src").append(hashes(styles));
        }
        set(response, policy.append("; ").append(of(request).ancestors).toString());
    }

    /** Sets the headers of a page for operators, which has forms, one style and no script, and is never in a frame. */
    public static void addToOperatorPage(HttpServletResponse response, String style) {
        set(
                response,
                "default-src 'none'; base-uri 'none'; form-action 'self'; img-src data:; style-src"
                        + hashes(List.of(style)) + "; " + ANCESTORS + " 'none'");
    }

    private static void set(HttpServletResponse response, String policy) {
        response.setHeader(POLICY, policy);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader(REFERRER_POLICY, SAME_ORIGIN);
    }

    /** Returns the source expressions that permit these inline scripts or styles. */
    private static String hashes(List<String> texts) {
        return texts.stream()
                .map(text -> " 'sha256-" + Base64.getEncoder().encodeToString(sha256(text)) + "'")
                .collect(Collectors.joining());
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Returns whether a header of an app's response is dropped. */
    public boolean isDropped(HttpField field) {
        if (!standard) {
            return false;
        }
        return switch (field.getLowerCaseName()) {
            case "server", "x-powered-by" -> true;
            case "referrer-policy" -> contains(field, "no-referrer");
            default -> false;
        };
    }

    /** Adds the headers to an app's response, unless the app has set them itself. */
    public void complete(Iterable<HttpField> appHeaders, HttpServletResponse response) {
        if (!standard && !framed) {
            return;
        }
        boolean hasAncestors = false;
        for (HttpField field : appHeaders) {
            hasAncestors |= field.is(POLICY) && contains(field, ANCESTORS);
        }
        if (!hasAncestors) {
            response.addHeader(POLICY, ancestors); // browsers enforce all policies
        }
        if (standard) {
            setIfAbsent(response, "X-Content-Type-Options", "nosniff");
            setIfAbsent(response, REFERRER_POLICY, SAME_ORIGIN);
            setIfAbsent(response, "Permissions-Policy", PERMISSIONS);
            if (secure) {
                setIfAbsent(response, "Strict-Transport-Security", ONE_YEAR);
            }
        }
    }

    private static boolean contains(HttpField field, String lower) {
        return String.valueOf(field.getValue()).toLowerCase(Locale.ROOT).contains(lower);
    }

    private static void setIfAbsent(HttpServletResponse response, String name, String value) {
        if (!response.containsHeader(name)) {
            response.setHeader(name, value);
        }
    }
}
