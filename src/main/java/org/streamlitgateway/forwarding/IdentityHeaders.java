package org.streamlitgateway.forwarding;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.RateLimitedLog;

/**
 * Headers that say who the user is or where the client is. Proxies, access gateways and clouds set them, and apps believe
 * them, so a client must not send its own. Names are compared with all but letters and digits read as {@code -}, as CGI and
 * WSGI servers do. Immutable, thread-safe.
 */
public final class IdentityHeaders {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityHeaders.class);

    /** Families by their beginning: those with {@code x-}, and the others. */
    private static final List<String> EXTENSIONS = List.of(
            "x-forwarded-", // oauth2-proxy, Traefik, Envoy
            "x-auth-request-", // oauth2-proxy
            "x-auth-user",
            "x-user", // -Id, -Name, -Email, -Roles, -Info, and X-Username
            "x-email",
            "x-forward-",
            "x-kubernetes-",
            "x-okta-",
            "x-hasura-",
            "x-ms-client-", // Azure
            "x-endpoint-api-userinfo", // Google Cloud Endpoints
            "x-apigateway-api-userinfo",
            "x-host",
            "x-http-host-",
            "x-url-scheme",
            "x-originating-",
            "x-proxyuser-",
            "x-auth-email",
            "x-auth-group",
            "x-auth-name",
            "x-auth-role",
            "x-auth-subject",
            "x-authenticated-",
            "x-authentik-",
            "x-authelia-",
            "x-webauth-", // Grafana
            "x-remote-user", // Kubernetes: -User, -Group, -Extra-*
            "x-remote-group",
            "x-remote-extra-",
            "x-remote-email",
            "x-remote-name",
            "x-remote-ip",
            "x-remote-addr",
            "x-proxy-user",
            "x-logged-in-user",
            "x-sso-user",
            "x-saml-",
            "x-oidc-",
            "x-shib-",
            "x-vouch-",
            "x-pomerium-",
            "x-jwt-assertion",
            "x-consumer-",
            "x-credential-",
            "x-anonymous-consumer",
            "x-goog-authenticated-user-", // Google IAP
            "x-goog-iap-",
            "x-appengine-",
            "x-amzn-oidc-", // AWS ALB
            "x-amzn-mtls-",
            "x-amzn-tls-",
            "x-ms-token-",
            "x-azure-",
            "x-arr-",
            "x-ssl",
            "x-client-cert",
            "x-client-verify",
            "x-client-dn",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-tls-client-",
            "x-original-", // IIS, ingress-nginx: the path and address before it was rewritten
            "x-rewrite-",
            "x-envoy-",
            "x-vercel-",
            "x-nf-client-");

    private static final List<String> OTHERS = List.of(
            "remote-", // Authelia, Apache
            "oidc-", // mod_auth_openidc
            "shib-", // Shibboleth
            "cf-access-", // Cloudflare
            "cf-connecting-",
            "cf-pseudo-",
            "cloudfront-viewer-",
            "tailscale-",
            "sf-context-", // Snowflake
            "gap-", // oauth2-proxy
            "impersonate-", // Kubernetes
            "wl-proxy-", // WebLogic
            "ssl-client-");

    private static final Set<String> NAMES = Set.of(
            "forwarded",
            "x-forwarded",
            "forwarded-for",
            "x-real-ip",
            "x-real-port",
            "true-client-ip",
            "client-ip",
            "proxy-client-ip",
            "proxy", // would be HTTP_PROXY in the environment of a CGI program
            "front-end-https",
            "auth-user",
            "client-cert", // RFC 9440
            "client-cert-chain",
            "fastly-client-ip",
            "fly-client-ip",
            "do-connecting-ip",
            "x-principal",
            "x-identity",
            "x-subject",
            "x-scheme",
            "x-groups",
            "x-roles");

    private final String userHeader;
    private final String userHeaderAsGiven;
    private final RateLimitedLog rare = new RateLimitedLog();
    private final List<String> more;
    private final List<String> exceptions;

    /**
     * @param userHeader the header that names the user
     * @param more further names; one that ends in {@code *} is the beginning of a family
     * @param exceptions names that are not, in the same form
     */
    public IdentityHeaders(String userHeader, Set<String> more, Set<String> exceptions) {
        this.userHeaderAsGiven = userHeader;
        this.userHeader = normal(userHeader);
        this.more = more.stream().map(IdentityHeaders::normal).toList();
        this.exceptions = exceptions.stream().map(IdentityHeaders::normal).toList();
    }

    /** Whether only a trusted proxy or the container may send it. */
    public boolean include(String name) {
        String normal = normal(name);
        if (normal.equals(userHeader)) {
            return true; // no exception: it would let a client be anybody
        }
        return (NAMES.contains(normal) || isInFamily(normal) || isNamed(more, normal)) && !isNamed(exceptions, normal);
    }

    private static boolean isInFamily(String normal) {
        for (String prefix : normal.startsWith("x-") ? EXTENSIONS : OTHERS) {
            if (normal.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(List<String> patterns, String normal) {
        for (String pattern : patterns) {
            if (pattern.endsWith("*")
                    ? normal.startsWith(pattern.substring(0, pattern.length() - 1))
                    : normal.equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a trusted proxy's header may count. Of several with one name, however written, at most one is the proxy's;
     * and one that is written with {@code _} may have slipped past it.
     */
    public boolean isCredible(HttpServletRequest request, String name) {
        if (!isAlone(request, normal(name))) {
            if (rare.isDue("twice")) {
                LOG.warn(
                        "a trusted proxy ({}) sent the header {} more than once: none counts (said at most once a minute)",
                        request.getRemoteAddr(),
                        name.replaceAll("[^!-~]", "?"));
            }
            return false;
        }
        return name.equalsIgnoreCase(userHeaderAsGiven) || normal(name).equals(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isAlone(HttpServletRequest request, String normal) {
        int lines = 0;
        for (String other : Collections.list(request.getHeaderNames())) {
            if (normal(other).equals(normal)) {
                lines += Collections.list(request.getHeaders(other)).size();
            }
        }
        return lines <= 1;
    }

    /** The user, when the container knows one or else a trusted proxy names one; or {@code null}. */
    public String user(HttpServletRequest request, ClientInfo client) {
        String known = request.getRemoteUser();
        if (known == null && client.trusted() && isCredible(request, userHeaderAsGiven)) {
            known = request.getHeader(userHeaderAsGiven);
        }
        return known == null || known.isEmpty() ? null : known;
    }

    /** In lower case, with {@code -} for all but letters and digits, and {@code *} at the end of a setting's. */
    static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
    }
}
