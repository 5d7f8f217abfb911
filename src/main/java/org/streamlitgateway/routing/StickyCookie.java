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
 * The cookie that keeps a visitor on a replica. Its value consists of a keyed hash of the replica's name, a random visitor
 * id, and a signature (HMAC-SHA256) of both and the app's prefix. Gateways with the same key accept each other's cookies
 * without shared state. Immutable, thread-safe.
 */
public final class StickyCookie {
    /** Name of the cookie, which is never sent to Streamlit. */
    public static final String NAME = "streamlit_gateway_replica";

    /** Attributes of a cookie for pages in frames of other sites (CHIPS); valid over https only. */
    public static final String IN_FRAMES = "; SameSite=None; Secure; Partitioned";

    private static final int ID_BYTES = 9; // a multiple of three, so that base64 needs no padding
    private static final int MAC_BYTES = 18;
    private static final int ID_CHARACTERS = 12;
    private static final int VALUE_CHARACTERS = 2 * ID_CHARACTERS + 24;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    /** @param secret the configured key; empty to generate one */
    public StickyCookie(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            bytes = new byte[32];
            random.nextBytes(bytes);
        }
        this.key = new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** The ids of visitor and replica in a valid cookie. */
    record Visit(String visitor, String replica) {}

    /** Reads the cookie. Returns {@code null} if none has a valid signature for this prefix. */
    Visit read(HttpServletRequest request, String prefix) {
        for (Enumeration<String> lines = request.getHeaders("Cookie"); lines.hasMoreElements(); ) {
            for (String pair : lines.nextElement().split(";")) {
                String trimmed = pair.trim();
                if (trimmed.startsWith(NAME + "=")) {
                    Visit visit = verified(trimmed.substring(NAME.length() + 1), prefix);
                    if (visit != null) {
                        return visit; // other cookies of this name belong to apps at parent paths
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

    /** Returns the id of a replica in the cookies of an app. */
    String id(String prefix, String replica) {
        return text(mac("replica\0" + prefix + "\0" + replica), ID_BYTES);
    }

    /** Returns the value of Set-Cookie. The cookie lasts for the browser session, as Streamlit's session ids do. */
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
