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
 * Headers that tell browsers what a page may do: on the gateway's own pages always, on answers of apps as {@code
 * security-headers} says. The gateway servlet puts one into each request, for whatever answers it. Immutable, thread-safe.
 */
public final class SecurityHeaders {
    private static final String ATTRIBUTE = SecurityHeaders.class.getName();
    private static final SecurityHeaders NONE = new SecurityHeaders(false, Set.of(), false);

    private static final String POLICY = "Content-Security-Policy";
    private static final String ANCESTORS = "frame-ancestors";
    private static final String REFERRER_POLICY = "Referrer-Policy";

    /** Streamlit's page is told from another app's by its Referer, so {@code no-referrer} would break it. */
    private static final String SAME_ORIGIN = "same-origin";

    /** {@code st.camera_input} and {@code st.audio_input} need two of these. */
    private static final String PERMISSIONS = "camera=(self), microphone=(self), accelerometer=(),"
            + " display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), midi=(), payment=(),"
            + " serial=(), usb=()";

    private static final String ONE_YEAR = "max-age=31536000";

    private final boolean standard;
    private final boolean secure;
    private final boolean framed;
    private final String ancestors;

    /**
     * @param standard whether answers of apps get them
     * @param embedOrigins pages that may show apps in frames
     * @param secure whether the browser came over https
     */
    public SecurityHeaders(boolean standard, Set<String> embedOrigins, boolean secure) {
        this.standard = standard;
        this.secure = secure;
        this.framed = !embedOrigins.isEmpty();
        this.ancestors = ANCESTORS + " 'self'"
                + embedOrigins.stream().sorted().map(origin -> " " + origin).collect(Collectors.joining());
    }

    public void putInto(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** Those that the gateway servlet put into the request. */
    public static SecurityHeaders of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof SecurityHeaders known ? known : NONE;
    }

    /** On a page or text of the gateway's own, which has no script or style but these. */
    public static void onOwnPage(
            HttpServletRequest request, HttpServletResponse response, List<String> scripts, List<String> styles) {
        StringBuilder policy = new StringBuilder("default-src 'none'; base-uri 'none'; form-action 'none'");
        if (!scripts.isEmpty()) {
            policy.append("; connect-src 'self'; script-src").append(hashes(scripts));
        }
        if (!styles.isEmpty()) {
            policy.append("; style-src").append(hashes(styles));
        }
        response.setHeader(
                POLICY, policy.append("; ").append(of(request).ancestors).toString());
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader(REFERRER_POLICY, SAME_ORIGIN);
    }

    /** What a policy says to let this inline script or style in. */
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

    /** Whether this field of an app's answer is not passed on. */
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

    /** On an answer of an app, after its own fields, which count where it has them. */
    public void complete(Iterable<HttpField> own, HttpServletResponse response) {
        if (!standard && !framed) {
            return;
        }
        boolean says = false;
        for (HttpField field : own) {
            says |= field.is(POLICY) && contains(field, ANCESTORS);
        }
        if (!says) {
            response.addHeader(POLICY, ancestors); // a second policy counts beside the first
        }
        if (standard) {
            setUnlessThere(response, "X-Content-Type-Options", "nosniff");
            setUnlessThere(response, REFERRER_POLICY, SAME_ORIGIN);
            setUnlessThere(response, "Permissions-Policy", PERMISSIONS);
            if (secure) {
                setUnlessThere(response, "Strict-Transport-Security", ONE_YEAR);
            }
        }
    }

    private static boolean contains(HttpField field, String lower) {
        return String.valueOf(field.getValue()).toLowerCase(Locale.ROOT).contains(lower);
    }

    private static void setUnlessThere(HttpServletResponse response, String name, String value) {
        if (!response.containsHeader(name)) {
            response.setHeader(name, value);
        }
    }
}
