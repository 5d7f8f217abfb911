package org.streamlitgateway.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityHeadersTest {
    private static final IdentityHeaders HEADERS = new IdentityHeaders(
            "X-Forwarded-User", Set.of("x-corp-*", "x-badge"), Set.of("x-azure-*", "x-forwarded-user"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-User",
                "x_forwarded_user",
                "X_Forwarded-Email",
                "X-Forwarded-Groups",
                "X-Forwarded-Access-Token",
                "Remote-User",
                "REMOTE_USER",
                "Remote-Groups",
                "Remote_Email",
                "X-Remote-User",
                "X-Remote-Extra-Scopes",
                "X-WEBAUTH-USER",
                "X-Auth-Request-Email",
                "Cf-Access-Jwt-Assertion",
                "Cf-Access-Authenticated-User-Email",
                "CF-Connecting-IP",
                "X-Goog-Authenticated-User-Email",
                "X-Goog-IAP-JWT-Assertion",
                "X-Amzn-Oidc-Data",
                "X-Amzn-Oidc-Identity",
                "X-MS-CLIENT-PRINCIPAL",
                "X-MS-CLIENT-PRINCIPAL-NAME",
                "X-MS-TOKEN-AAD-ID-TOKEN",
                "Tailscale-User-Login",
                "X-SSL-Client-Cert",
                "SSL_CLIENT_S_DN",
                "X-Client-Cert-DN",
                "True-Client-IP",
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-Real-IP",
                "X-Client-IP",
                "Client-Cert",
                "X-Authentik-Username",
                "X-Pomerium-Claim-Email",
                "OIDC_CLAIM_email",
                "X-Consumer-Username",
                "X-Userinfo",
                "X-User",
                "X-User-Id",
                "X-Username",
                "X-Email",
                "X.Forwarded.User",
                "Sf-Context-Current-User",
                "Gap-Auth",
                "Impersonate-User",
                "X-Hasura-User-Id",
                "X-Originating-IP",
                "WL-Proxy-Client-IP",
                "Proxy",
                "X-SSL",
                "X-Vouch-User",
                "Fastly-Client-IP",
                "X-Cluster-Client-IP",
                "Forwarded",
                "X-Corp-Id",
                "X_Corp_Id",
                "X-Badge",
            })
    void identityHeaderMustNotComeFromAClient(String name) {
        assertTrue(HEADERS.contains(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept",
                "Cookie",
                "Authorization",
                "Origin",
                "Referer",
                "User-Agent",
                "X-Requested-With",
                "X-Xsrftoken",
                "X-Remote-Thing",
                "X-Request-Id",
                "X-Auth-Token",
                "Sec-Fetch-Site",
                "Traceparent",
                "X-Corporate",
                "X-Badges",
                "X-Azure-Ref",
                "Remotely",
            })
    void otherHeaderMayComeFromAClient(String name) {
        assertFalse(HEADERS.contains(name));
    }

    @Test
    void underscoresAreReadAsDashes() {
        assertEquals("x-forwarded-user", IdentityHeaders.normalised("X_Forwarded_USER"));
    }
}
