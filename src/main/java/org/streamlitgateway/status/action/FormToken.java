package org.streamlitgateway.status.action;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Token that the page's forms send back, which a page of another site cannot know (OWASP, Cross-Site Request Forgery
 * Prevention: HMAC-based token pattern). It is bound to the admin and to this run of the gateway. Immutable.
 */
public final class FormToken {
    private static final String MAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;

    public FormToken() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, MAC);
    }

    /** Returns the token of an admin. */
    public String of(Actor actor) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            byte[] hash = mac.doFinal(("form\0" + actor.name()).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks HmacSHA256, which every JDK must provide", e);
        }
    }

    /** Returns whether a form sent the token of this admin. */
    public boolean matches(Actor actor, String token) {
        return MessageDigest.isEqual(
                of(actor).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
