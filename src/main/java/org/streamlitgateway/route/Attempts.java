package org.streamlitgateway.route;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.upstream.Replica;

/**
 * The replicas to which one request has been sent in vain, so that it goes to none of them again. Immutable; kept in the
 * request.
 */
public final class Attempts {
    private static final String ATTRIBUTE = Attempts.class.getName();
    private static final Attempts NONE = new Attempts(List.of());

    /** How many replicas a request may be sent to. */
    private static final int MOST = 4;

    private final List<Replica> failed;

    private Attempts(List<Replica> failed) {
        this.failed = failed;
    }

    static Attempts of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Attempts known ? known : NONE;
    }

    /** This one did not answer, or has not what is asked for. */
    public static void failed(HttpServletRequest request, Replica replica) {
        List<Replica> before = of(request).failed;
        List<Replica> more = new ArrayList<>(before);
        more.add(replica);
        request.setAttribute(ATTRIBUTE, new Attempts(List.copyOf(more)));
    }

    boolean include(Replica replica) {
        return failed.contains(replica);
    }

    /** Whether there may be another one after the next. */
    boolean mayGoOn() {
        return failed.size() + 1 < MOST;
    }
}
