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
 * Headers that identify the user or the client. Proxies, access gateways and clouds set them and apps trust them, so they
 * must not come from a client. Names are normalised before they are compared: {@code _} and {@code .} are read as
 * {@code -}, similar to CGI and WSGI servers. Immutable, thread-safe.
 */
public final class IdentityHeaders {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityHeaders.class);

    /** Prefixes of header families that start with {@code x-}. */
    private static final List<String> X_FAMILIES = List.of(
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
            "x-original-", // IIS, ingress-nginx: path and address before a rewrite
            "x-rewrite-",
            "x-envoy-",
            "x-vercel-",
            "x-nf-client-");

    /** Prefixes of other header families. */
    private static final List<String> OTHER_FAMILIES = List.of(
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
            "proxy", // HTTP_PROXY in the environment of a CGI program
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
    private final String configuredUserHeader;
    private final RateLimitedLog warnings = new RateLimitedLog();
    private final List<String> additional;
    private final List<String> exceptions;

    /**
     * @param userHeader the header that carries the user
     * @param additional additional names; a trailing {@code *} matches a family
     * @param exceptions names that are not identity headers, in the same form
     */
    public IdentityHeaders(String userHeader, Set<String> additional, Set<String> exceptions) {
        this.configuredUserHeader = userHeader;
        this.userHeader = normalised(userHeader);
        this.additional = additional.stream().map(IdentityHeaders::normalised).toList();
        this.exceptions = exceptions.stream().map(IdentityHeaders::normalised).toList();
    }

    /** Returns whether only a trusted proxy or the container may send this header. */
    public boolean contains(String name) {
        String normalised = normalised(name);
        if (normalised.equals(userHeader)) {
            return true; // an exception would let a client impersonate any user
        }
        return (NAMES.contains(normalised) || isInFamily(normalised) || matches(additional, normalised))
                && !matches(exceptions, normalised);
    }

    private static boolean isInFamily(String normalised) {
        for (String prefix : normalised.startsWith("x-") ? X_FAMILIES : OTHER_FAMILIES) {
            if (normalised.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(List<String> patterns, String normalised) {
        for (String pattern : patterns) {
            if (pattern.endsWith("*")
                    ? normalised.startsWith(pattern.substring(0, pattern.length() - 1))
                    : normalised.equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether a header from a trusted proxy is credible. If there are several lines with the same normalised name,
     * a client may have sent all but one; a name with {@code _} may have bypassed the proxy's own check.
     */
    public boolean isCredible(HttpServletRequest request, String name) {
        if (!isSingle(request, normalised(name))) {
            if (warnings.tryAcquire("twice")) {
                LOG.warn(
                        "trusted proxy {} sent header {} more than once; ignoring all of them (logged at most once a minute)",
                        request.getRemoteAddr(),
                        name.replaceAll("[^!-~]", "?"));
            }
            return false;
        }
        return name.equalsIgnoreCase(configuredUserHeader) || normalised(name).equals(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isSingle(HttpServletRequest request, String normalised) {
        int lines = 0;
        for (String other : Collections.list(request.getHeaderNames())) {
            if (normalised(other).equals(normalised)) {
                lines += Collections.list(request.getHeaders(other)).size();
            }
        }
        return lines <= 1;
    }

    /** Returns the user authenticated by the container or named by a trusted proxy, or {@code null}. */
    public String user(HttpServletRequest request, ClientInfo client) {
        String user = request.getRemoteUser();
        if (user == null && client.trusted() && isCredible(request, configuredUserHeader)) {
            user = request.getHeader(configuredUserHeader);
        }
        return user == null || user.isEmpty() ? null : user;
    }

    /** Returns a name in lower case, with {@code -} for {@code _} and {@code .}. */
    static String normalised(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
    }
}
