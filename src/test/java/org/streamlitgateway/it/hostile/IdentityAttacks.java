package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An untrusted client forges its identity, its address and the requested authority; Streamlit must not receive any of
 * them.
 */
final class IdentityAttacks {
    private static final String IDENTITY = "identity forged by clients";
    private static final String PLACE = "address forged by clients";
    private static final String COOKIES = "cookies of the container";
    private static final String TWICE = "repeated user header";

    private static final List<String> HEADERS = List.of(
            "X-Forwarded-User",
            "X_Forwarded_User",
            "x-forwarded_user",
            "X-Forwarded-Email",
            "X-Forwarded-Groups",
            "X-Forwarded-Preferred-Username",
            "X-Forwarded-Access-Token",
            "X_Forwarded_Email",
            "Remote-User",
            "Remote_User",
            "Remote-Groups",
            "Remote-Name",
            "Remote-Email",
            "X-Remote-User",
            "X-Remote_User",
            "X-Remote-Group",
            "X-WEBAUTH-USER",
            "X-WebAuth-Email",
            "X_WEBAUTH_USER",
            "X-Auth-Request-User",
            "X-Auth-Request-Email",
            "X-Auth-Request-Access-Token",
            "X_Auth_Request_User",
            "Cf-Access-Jwt-Assertion",
            "Cf-Access-Authenticated-User-Email",
            "CF_Access_Client_Id",
            "X-Goog-Authenticated-User-Email",
            "X-Goog-Authenticated-User-Id",
            "X-Goog-Iap-Jwt-Assertion",
            "X-Amzn-Oidc-Data",
            "X-Amzn-Oidc-Identity",
            "X-Amzn-Oidc-Accesstoken",
            "X-MS-CLIENT-PRINCIPAL",
            "X-MS-CLIENT-PRINCIPAL-NAME",
            "X-MS-Client-Principal-Id",
            "X-MS-TOKEN-AAD-ID-TOKEN",
            "Tailscale-User-Login",
            "Tailscale-User-Name",
            "X-SSL-Client-S-DN",
            "X-SSL-Client-Cert",
            "X-SSL-Client-Verify",
            "SSL-Client-Cert",
            "Ssl_Client_S_Dn",
            "X-Client-Cert",
            "X-Forwarded-Client-Cert",
            "X-Forwarded-Tls-Client-Cert",
            "X-authentik-username",
            "X-authentik-email",
            "X-Pomerium-Jwt-Assertion",
            "X-Vouch-User");

    private static final List<String> PLACES = List.of(
            "True-Client-IP",
            "True_Client_IP",
            "CF-Connecting-IP",
            "X-Real-IP",
            "X_Real_IP",
            "X-Client-IP",
            "X-Cluster-Client-IP",
            "Fastly-Client-IP",
            "X-Original-Forwarded-For",
            "X-Original-URL",
            "X-Original-Host",
            "X-Rewrite-URL",
            "X-Forwarded-Uri",
            "X-Forwarded-Method",
            "X-Forwarded-Server",
            "X-Forwarded-Scheme",
            "X-Forwarded-Ssl",
            "X_Forwarded_For",
            "X_Forwarded_Proto",
            "X-Forwarded_Host");

    private IdentityAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        HEADERS.forEach(name -> attacks.add(Attack.of(IDENTITY, name, t -> assertDropped(t, name))));
        PLACES.forEach(name -> attacks.add(Attack.of(PLACE, name, t -> assertDropped(t, name))));
        for (String name : List.of(
                "X-Forwarded-For",
                "X-Forwarded-Host",
                "X-Forwarded-Proto",
                "X-Forwarded-Port",
                "X-Forwarded-Prefix",
                "Forwarded")) {
            attacks.add(Attack.of(
                    PLACE, name + " is set by the gateway only", t -> assertForwardingHeaderIsReplaced(t, name)));
        }
        attacks.add(Attack.of(IDENTITY, "named by Connection", t -> {
            Answer answer = t.get("/echo-request", "Connection: X-Forwarded-User", "X-Forwarded-User: mallory");
            assertFalse(answer.body().contains("mallory"), answer::toString);
        }));
        attacks.add(Attack.of(IDENTITY, "Connection removes fields set by the gateway", t -> {
            Answer answer = t.get(
                    "/echo-request", "Connection: X-Forwarded-For, X-Forwarded-Proto, Host, Cookie", "Cookie: a=b");
            assertEquals(1, answer.seen("X-Forwarded-For").size(), answer::toString);
            assertEquals(1, answer.seen("Host").size(), answer::toString);
        }));
        for (String cookie : List.of("JSESSIONID", "JSESSIONIDSSO")) {
            attacks.add(Attack.of(COOKIES, cookie + " is removed", t -> assertContainerCookieIsRemoved(t, cookie)));
        }
        for (String lines : List.of(
                "X-Forwarded-User: alice\r\nX-Forwarded-User: bob",
                "X-Forwarded-User: alice\r\nx-forwarded-user: alice",
                "X-Forwarded-User: alice\r\nX_Forwarded_User: bob")) {
            attacks.add(Attack.of(
                    TWICE, "`" + lines.replace("\r\n", " ⏎ ") + "`", t -> assertBothValuesAreIgnored(t, lines)));
        }
        return attacks;
    }

    private static void assertDropped(AttackTarget t, String name) throws IOException {
        Answer answer = t.get("/echo-request", name + ": mallory@evil.example", "X-Harmless: yes");
        if (answer.isRefusal() && !t.embedded()) {
            return; // a container may refuse the name as invalid
        }
        assertEquals(200, answer.status(), answer::toString);
        assertFalse(answer.body().contains("mallory"), answer::toString);
        assertEquals(List.of("yes"), answer.seen("X-Harmless"), answer::toString);
    }

    private static void assertForwardingHeaderIsReplaced(AttackTarget t, String name) throws IOException {
        String forged = name.equals("Forwarded") ? "for=203.0.113.7;host=evil.example;proto=https" : "evil.example";
        Answer answer = t.get("/echo-request", name + ": " + forged, name + ": " + forged);
        assertEquals(200, answer.status(), answer::toString);
        assertFalse(answer.body().contains("evil.example"), answer::toString);
        assertFalse(answer.body().contains("203.0.113.7"), answer::toString);
    }

    private static void assertContainerCookieIsRemoved(AttackTarget t, String name) throws IOException {
        if (t.embedded()) {
            return; // the gateway has no session cookie, so apps may use the name
        }
        Answer answer = t.get("/echo-request", "Cookie: a=1; " + name + "=secret-of-the-container; b=2");
        assertEquals(200, answer.status(), answer::toString);
        assertFalse(answer.body().contains("secret-of-the-container"), answer::toString);
        assertTrue(answer.seen("Cookie").toString().contains("b=2"), answer::toString);
    }

    /** The second value may come from a client whose header the proxy did not remove. */
    private static void assertBothValuesAreIgnored(AttackTarget t, String lines) throws IOException {
        Answer answer = t.getByProxy("/echo-request", lines.split("\r\n"));
        String seen = answer.body().toLowerCase(Locale.ROOT);
        assertTrue(answer.isRefusal() || !seen.contains("alice") && !seen.contains("bob"), answer::toString);
    }
}
