package org.streamlitgateway.operator;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.streamlitgateway.config.GatewayConfig.Operators;
import org.streamlitgateway.config.GatewayConfig.StatusAccess;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.forwarding.IdentityHeaders;

/**
 * Decides who may see the pages for operators. Immutable.
 *
 * <p>A front proxy on the same machine makes every visitor look like a client on this machine, unless it is a trusted
 * proxy. So a client counts as local only if its address is, if Host names this machine, and if no header shows that a
 * proxy has forwarded the request.
 */
public final class OperatorAccess {
    /** Request attribute of requests that came by the port for metrics. */
    public static final String METRICS_PORT = OperatorAccess.class.getName() + ".metricsPort";

    private static final String BEARER = "Bearer ";

    /** Headers that proxies add. */
    private static final List<String> FORWARDING = List.of(
            "Forwarded",
            "Via",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Server",
            "X-Real-IP",
            "X-Client-IP",
            "X-Original-Forwarded-For",
            "CF-Connecting-IP",
            "True-Client-IP",
            "X-Envoy-External-Address",
            "X-Amzn-Trace-Id",
            "CDN-Loop");

    private final Operators operators;
    private final IdentityHeaders identity;

    public OperatorAccess(Operators operators, IdentityHeaders identity) {
        this.operators = operators;
        this.identity = identity;
    }

    /** Whether the request may read metrics. */
    public boolean mayReadMetrics(HttpServletRequest request, ClientInfo client) {
        if (hasToken(request)) {
            return true;
        }
        if (isOnMetricsPort(request)) {
            return operators.metricsToken().isEmpty();
        }
        return isDirect(request, client)
                && operators.metricsAllow().stream().anyMatch(block -> block.contains(client.address()))
                && (!isLoopback(client.address()) || namesThisMachine(client));
    }

    /** Whether the request came by the port for metrics. */
    public boolean isOnMetricsPort(HttpServletRequest request) {
        return request.getAttribute(METRICS_PORT) != null;
    }

    /** Whether the request has the token for metrics. */
    private boolean hasToken(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        return !operators.metricsToken().isEmpty()
                && authorization != null
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        authorization.substring(BEARER.length()).trim().getBytes(StandardCharsets.UTF_8),
                        operators.metricsToken().getBytes(StandardCharsets.UTF_8));
    }

    /** Who asks for the status page. */
    public enum StatusVisitor {
        /** Sees that there is no such page. */
        STRANGER,
        /** Is known, but is not allowed. */
        USER,
        ADMIN
    }

    /** Returns what the request may see of the status page. */
    public StatusVisitor statusVisitor(HttpServletRequest request, ClientInfo client) {
        if (operators.status() == StatusAccess.OFF) {
            return StatusVisitor.STRANGER;
        }
        String user = identity.user(request, client);
        if (user != null && operators.admins().contains(user)) {
            return StatusVisitor.ADMIN;
        }
        if (operators.status() == StatusAccess.LOOPBACK && isLocal(request, client)) {
            return StatusVisitor.ADMIN;
        }
        return user == null || user.isEmpty() || operators.admins().isEmpty()
                ? StatusVisitor.STRANGER
                : StatusVisitor.USER;
    }

    /** Whether the client is on this machine, and not a proxy there. */
    private static boolean isLocal(HttpServletRequest request, ClientInfo client) {
        return isLoopback(client.address())
                && namesThisMachine(client)
                && isDirect(request, client)
                && PeerUser.isPerson(request.getRemotePort(), request.getLocalPort());
    }

    /** Whether no proxy that is not trusted has forwarded the request; the client's address is right then. */
    private static boolean isDirect(HttpServletRequest request, ClientInfo client) {
        return client.trusted() || FORWARDING.stream().allMatch(name -> request.getHeader(name) == null);
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1");
    }

    private static boolean namesThisMachine(ClientInfo client) {
        String host = client.host() == null ? "" : client.host().replaceFirst(":[0-9]+$", "");
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(?:\\.[0-9]{1,3}){3}");
    }
}
