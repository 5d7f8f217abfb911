package org.streamlitgateway.accesslog;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.streamlitgateway.config.GatewayConfig.LoggedUsers;
import org.streamlitgateway.observe.head.RequestHead;

/**
 * Decides what the log shows of a request. Streamlit's session ids resume their sessions, so they are shown as hashes only.
 * The key of the hashes is random and lives as long as this object. Used by one thread.
 */
final class Redaction {
    /** Prefix of a hash in a place where something else is expected. */
    private static final String HASHED = "~";

    private static final int HASH_BYTES = 6;
    private static final int KEY_BYTES = 32;

    private final LoggedUsers users;
    private final boolean queries;
    private final Mac mac;

    Redaction(LoggedUsers users, boolean queries) {
        this.users = users;
        this.queries = queries;
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** Returns the path, with hashes for session ids. */
    String path(RequestHead head) {
        return head.path(id -> HASHED + session(id));
    }

    /** Returns the query string, or {@code null} if there is none or it is not to be shown. */
    String query(RequestHead head) {
        return queries ? head.query() : null;
    }

    /** Returns the page that links to the request, without its query string unless those are shown; or {@code null}. */
    String referer(RequestHead head) {
        String referer = head.referer();
        if (referer == null) {
            return null;
        }
        int authority = referer.indexOf("://") + 3;
        int slash = authority < 3 ? -1 : referer.indexOf('/', authority);
        int at = referer.lastIndexOf('@', slash < 0 ? referer.length() : slash);
        if (authority >= 3 && at >= authority) { // user and password
            referer = referer.substring(0, authority) + referer.substring(at + 1);
        }
        return RequestHead.withoutContainerSession(queries ? referer : withoutQuery(referer));
    }

    private static String withoutQuery(String address) {
        for (int i = 0; i < address.length(); i++) {
            if (address.charAt(i) == '?' || address.charAt(i) == '#') {
                return address.substring(0, i);
            }
        }
        return address;
    }

    /** Returns what names the user, or {@code null}. */
    String user(String user) {
        if (user == null || users == LoggedUsers.NO) {
            return null;
        }
        return users == LoggedUsers.YES ? user : hash('u', user);
    }

    /** Returns what names a session, by Streamlit's id; {@code null} without one. */
    String session(String id) {
        return id == null ? null : hash('s', id);
    }

    private String hash(char purpose, String text) {
        byte[] hash = mac.doFinal((purpose + text).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    }
}
