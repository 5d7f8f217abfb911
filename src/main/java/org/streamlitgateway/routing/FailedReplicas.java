package org.streamlitgateway.routing;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.upstream.Replica;

/**
 * The replicas to which one request has been sent in vain, so that it goes to none of them again. Immutable; kept in the
 * request.
 */
public record FailedReplicas(List<Replica> replicas) {
    private static final String ATTRIBUTE = FailedReplicas.class.getName();
    private static final FailedReplicas NONE = new FailedReplicas(List.of());

    /** How many replicas a request may be sent to. */
    private static final int MOST = 4;

    static FailedReplicas of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof FailedReplicas known ? known : NONE;
    }

    /** This one did not answer, or has not what is asked for. */
    public static void failed(HttpServletRequest request, Replica replica) {
        List<Replica> before = of(request).replicas;
        List<Replica> more = new ArrayList<>(before);
        more.add(replica);
        request.setAttribute(ATTRIBUTE, new FailedReplicas(List.copyOf(more)));
    }

    boolean include(Replica replica) {
        return replicas.contains(replica);
    }

    /** Whether there may be another one after the next. */
    boolean mayGoOn() {
        return replicas.size() + 1 < MOST;
    }
}
