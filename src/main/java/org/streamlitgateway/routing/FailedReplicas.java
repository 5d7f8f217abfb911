package org.streamlitgateway.routing;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.upstream.Replica;

/**
 * The replicas that have failed for one request, which is not sent to them again. Immutable; stored in a request attribute.
 */
public record FailedReplicas(List<Replica> replicas) {
    private static final String ATTRIBUTE = FailedReplicas.class.getName();
    private static final FailedReplicas NONE = new FailedReplicas(List.of());

    /** Maximum number of replicas that a request is sent to. */
    private static final int MAX_REPLICAS = 4;

    static FailedReplicas of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof FailedReplicas failed ? failed : NONE;
    }

    /** Adds a replica that refused the request, or that lacks the requested asset. */
    public static void add(HttpServletRequest request, Replica replica) {
        List<Replica> extended = new ArrayList<>(of(request).replicas);
        extended.add(replica);
        request.setAttribute(ATTRIBUTE, new FailedReplicas(List.copyOf(extended)));
    }

    boolean contains(Replica replica) {
        return replicas.contains(replica);
    }

    /** Returns whether the request may be sent to yet another replica if the next one fails. */
    boolean canRetry() {
        return replicas.size() + 1 < MAX_REPLICAS;
    }
}
