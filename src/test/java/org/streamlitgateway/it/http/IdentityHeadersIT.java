package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** Only the container or a trusted proxy can state the user's identity. */
@NeedsGateway
class IdentityHeadersIT extends OnEveryDeployment {
    private static final List<String> CLAIMS = List.of(
            "X-Forwarded-User",
            "X_Forwarded_User",
            "x_FORWARDED-email",
            "Remote-Groups",
            "REMOTE_USER",
            "X-WEBAUTH-USER",
            "Cf-Access-Authenticated-User-Email",
            "Cf-Access-Jwt-Assertion",
            "X-Goog-Authenticated-User-Email",
            "X-Amzn-Oidc-Identity",
            "X-MS-CLIENT-PRINCIPAL-NAME",
            "Tailscale-User-Login",
            "X-SSL-Client-S-DN",
            "True-Client-IP",
            "X-Original-URL",
            "X-Real-IP",
            "X-Corp-User");

    @Override
    protected String[] options() {
        return new String[] {"identity-headers", "X-Corp-*", "identity-header-exceptions", "X-Azure-*"};
    }

    @Test
    void clientIdentityHeadersAreRemoved() throws IOException {
        String[] lines = CLAIMS.stream().map(name -> name + ": admin").toArray(String[]::new);

        HttpHead request = arrived(fixture, "/claims", lines);

        assertFalse(request.toString().contains("admin"), request::toString);
    }

    @Test
    void clientIdentityHeadersAreRemovedFromHandshake() throws IOException {
        fixture.open("claims", CLAIMS.stream().map(name -> name + ": admin").toArray(String[]::new))
                .close();

        HttpHead request = fixture.upstream()
                .requests(GatewayFixture.streamOf("claims"))
                .take()
                .request();
        assertFalse(request.toString().contains("admin"), request::toString);
    }

    @Test
    void exemptedAndUnrelatedHeadersPass() throws IOException {
        HttpHead request = arrived(fixture, "/others", "X-Azure-Ref: one", "X-Corporate: two", "X-Auth-Token: three");

        assertEquals("one", request.one("X-Azure-Ref"));
        assertEquals("two", request.one("X-Corporate"));
        assertEquals("three", request.one("X-Auth-Token"));
    }

    @Test
    void trustedProxyIdentityPassesUnlessRepeated() throws IOException {
        try (GatewayFixture trusting = GatewayFixture.start(deployment, "trusted-proxies", "127.0.0.1/32")) {
            HttpHead once = arrived(trusting, "/once", "X-Forwarded-User: alice", "Remote-Groups: staff");
            HttpHead twice = arrived(
                    trusting,
                    "/twice",
                    "X-Forwarded-User: alice",
                    "X-Forwarded-User: admin",
                    "Remote-Groups: staff",
                    "remote-groups: admins");
            HttpHead beside = arrived(trusting, "/beside", "X-Forwarded-User: alice", "X_Forwarded_User: admin");

            assertEquals("alice", once.one("X-Forwarded-User"));
            assertEquals("staff", once.one("Remote-Groups"));
            assertFalse(twice.has("X-Forwarded-User"), twice::toString);
            assertFalse(twice.has("Remote-Groups"), twice::toString);
            assertFalse(beside.has("X-Forwarded-User"), beside::toString);
            assertFalse(beside.toString().contains("admin"), beside::toString);
            if (deployment.embedded()) {
                long warnings = trusting.gateway()
                        .log()
                        .lines()
                        .filter(line -> line.contains("more than once"))
                        .count();
                assertEquals(1, warnings, trusting.gateway()::log);
            }
        }
    }

    @Test
    void containerSessionCookieIsRemoved() throws IOException {
        HttpHead request = arrived(
                fixture, "/session", "Cookie: JSESSIONID=0123456789; theme=dark; JSESSIONIDSSO=abcdef; $Version=1");

        assertEquals("theme=dark; $Version=1", request.one("Cookie"));
        fixture.open("session", "Cookie: JSESSIONID=0123456789").close();
        assertTrue(Stream.of(fixture.upstream()
                        .requests(GatewayFixture.streamOf("session"))
                        .take()
                        .request())
                .noneMatch(handshake -> handshake.has("Cookie")));
    }

    private static HttpHead arrived(GatewayFixture fixture, String target, String... lines) throws IOException {
        try (RawHttp client = fixture.http()) {
            assertEquals(200, client.get(fixture.target(target), lines).status());
        }
        return fixture.upstream().requests(target).take().request();
    }
}
