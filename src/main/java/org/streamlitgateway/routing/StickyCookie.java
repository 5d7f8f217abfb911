package org.streamlitgateway.routing;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Enumeration;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.streamlitgateway.forwarding.ClientInfo;

/**
 * The cookie that keeps a visitor on a replica. Its value is opaque: an id of the replica that only holders of the key
 * can make, a random id of the visitor, and a signature (HMAC-SHA256) over both and the app's prefix. Every gateway with
 * the same key reads it, with no state shared. Immutable, thread-safe.
 */
public final class StickyCookie {
    /** Streamlit never sees it. */
    public static final String NAME = "streamlit_gateway_replica";

    /** Attributes of a cookie that is sent from frames of other sites (CHIPS); over https only. */
    public static final String IN_FRAMES = "; SameSite=None; Secure; Partitioned";

    private static final int ID_BYTES = 9; // twelve characters of base64, with nothing left over
    private static final int MAC_BYTES = 18;
    private static final int ID_CHARACTERS = 12;
    private static final int VALUE_CHARACTERS = 2 * ID_CHARACTERS + 24;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    /** @param secret the configured key; empty for one that is made now */
    public StickyCookie(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            bytes = new byte[32];
            random.nextBytes(bytes);
        }
        this.key = new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** Whom a request is from, and where that visitor was sent before. */
    record Visit(String visitor, String replica) {}

    /** {@code null} when there is no cookie of ours for this prefix, or none that we have signed. */
    Visit read(HttpServletRequest request, String prefix) {
        for (Enumeration<String> lines = request.getHeaders("Cookie"); lines.hasMoreElements(); ) {
            for (String pair : lines.nextElement().split(";")) {
                String trimmed = pair.trim();
                if (trimmed.startsWith(NAME + "=")) {
                    Visit visit = verified(trimmed.substring(NAME.length() + 1), prefix);
                    if (visit != null) {
                        return visit; // others of this name belong to apps above
                    }
                }
            }
        }
        return null;
    }

    private Visit verified(String value, String prefix) {
        if (value.length() != VALUE_CHARACTERS) {
            return null;
        }
        String replica = value.substring(0, ID_CHARACTERS);
        String visitor = value.substring(ID_CHARACTERS, 2 * ID_CHARACTERS);
        byte[] expected = signature(prefix, replica, visitor).getBytes(StandardCharsets.US_ASCII);
        byte[] signed = value.substring(2 * ID_CHARACTERS).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(expected, signed) ? new Visit(visitor, replica) : null;
    }

    String newVisitor() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return text(id, ID_BYTES);
    }

    /** What stands for a replica in the cookies of an app. */
    String id(String prefix, String replica) {
        return text(mac("replica\0" + prefix + "\0" + replica), ID_BYTES);
    }

    /** The whole Set-Cookie line. A browser session long: as long as a tab may remember its Streamlit session. */
    String line(String prefix, String visitor, String replica, ClientInfo client) {
        String id = id(prefix, replica);
        return NAME + "=" + id + visitor + signature(prefix, id, visitor) + "; Path="
                + (prefix.isEmpty() ? "/" : prefix) + "; HttpOnly"
                + (client.framed() ? IN_FRAMES : client.isSecure() ? "; SameSite=Lax; Secure" : "; SameSite=Lax");
    }

    private String signature(String prefix, String replica, String visitor) {
        return text(mac("visit\0" + prefix + "\0" + replica + visitor), MAC_BYTES);
    }

    private byte[] mac(String message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has HmacSHA256", impossible);
        }
    }

    private static String text(byte[] bytes, int length) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, length));
    }
}
