package org.streamlitgateway.routing;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.process.ManagedApp;
import org.streamlitgateway.upstream.Replica;
import org.streamlitgateway.upstream.ReplicaLoad;

/**
 * One app that is served: its place, its replicas, and the choice among them. Immutable; what changes is in the replicas,
 * which outlive a change of the configuration.
 *
 * <p>A visitor stays on the replica that the cookie names, for pages, uploads, media and WebSockets alike, since
 * Streamlit keeps sessions and files in memory. A new one goes to the replica with the fewest sessions.
 */
public final class App {
    private static final String UPLOAD = "/_stcore/upload_file/";

    private final AppConfig config;
    private final String prefix;
    private final List<Replica> replicas;
    private final ManagedApp managed;
    private final StickyCookie sticky;
    private final String cookieTag;
    private final Function<String, Replica> bySession;

    /** By what stands for them in cookies; empty without any. */
    private final Map<String, Replica> byId;

    /**
     * @param prefix the whole path prefix, the container's context path included
     * @param managed what starts the replicas, or {@code null}
     * @param sticky {@code null} when visitors need not be told apart
     * @param nested whether another app is served at a part of the prefix
     * @param bySession which replica of this app has an open session, by the session's id; or {@code null}
     */
    public App(
            AppConfig config,
            String prefix,
            List<Replica> replicas,
            ManagedApp managed,
            StickyCookie sticky,
            boolean nested,
            Function<String, Replica> bySession) {
        this.config = config;
        this.prefix = prefix;
        this.replicas = List.copyOf(replicas);
        this.managed = managed;
        this.sticky = sticky;
        this.cookieTag = nested ? Integer.toHexString(prefix.hashCode()) : "";
        this.bySession = bySession;
        this.byId = new HashMap<>();
        if (sticky != null) {
            this.replicas.forEach(replica -> byId.putIfAbsent(sticky.id(prefix, replica.name()), replica));
        }
    }

    public AppConfig config() {
        return config;
    }

    public String prefix() {
        return prefix;
    }

    public List<Replica> replicas() {
        return replicas;
    }

    /** What starts and stops the replicas; {@code null} when somebody else does. */
    public ManagedApp managed() {
        return managed;
    }

    public boolean isUp() {
        return (managed == null || managed.isHealthy()) && replicas.stream().anyMatch(Replica::isUp);
    }

    /**
     * The way of one request.
     *
     * @param route where it goes
     * @param cookie value for Set-Cookie that keeps the visitor there, or {@code null} when it is known already
     */
    public record Choice(Route route, String cookie) {}

    /**
     * Where a request goes, and what its browser has to remember.
     *
     * @param client where the browser is
     */
    public Choice choose(HttpServletRequest request, ClientInfo client) {
        if (replicas.size() == 1 && sticky == null) {
            return new Choice(new Route(prefix, replicas.get(0), "", cookieTag, false), null);
        }
        FailedReplicas attempts = FailedReplicas.of(request);
        StickyCookie.Visit visit = sticky == null ? null : sticky.read(request, prefix);
        String visitor = visit == null ? "" : visit.visitor();
        Replica holder = holder(request.getRequestURI());
        if (holder != null && !attempts.include(holder) && !holder.drainState().isOver()) {
            return new Choice(to(holder, visitor, attempts), null);
        }
        Replica known = visit == null ? null : byId.get(visit.replica());
        if (known != null && !attempts.include(known) && mayStay(known, visitor, request)) {
            return new Choice(to(known, visitor, attempts), null);
        }
        Replica chosen = fewest(replica -> !attempts.include(replica)
                && replica.isUp()
                && !replica.drainState().isDraining());
        if (chosen == null) {
            chosen = fewest(replica -> !attempts.include(replica)
                    && replica.isUp()
                    && !replica.drainState().isOver());
        }
        if (chosen == null) {
            chosen = known != null ? known : fewest(replica -> true);
        }
        boolean stays = chosen == known
                || known != null
                        && known.load().serves(visitor)
                        && !known.drainState().isOver();
        if (stays || sticky == null || isAsset(request.getRequestURI())) {
            return new Choice(to(chosen, visitor, attempts), null);
        }
        if (isPage(request) || known != null) { // a tab that comes back asks for its session, not for the page
            chosen.load().expectSession();
        }
        String newcomer = visitor.isEmpty() ? sticky.newVisitor() : visitor;
        return new Choice(to(chosen, newcomer, attempts), sticky.line(prefix, newcomer, chosen.name(), client));
    }

    /** An upload names its session, whose replica is known while it is open, even where cookies are not kept. */
    private Replica holder(String rawPath) {
        if (!rawPath.startsWith(UPLOAD, prefix.length())) {
            return null;
        }
        int start = prefix.length() + UPLOAD.length();
        int end = rawPath.indexOf('/', start);
        return end < 0 ? null : bySession.apply(rawPath.substring(start, end));
    }

    /**
     * A visitor stays with a replica that is not well but alive, for the sessions there are lost elsewhere. A
     * replica that drains keeps what it has, until its time is up: it loses a visitor who opens the app anew.
     */
    private static boolean mayStay(Replica replica, String visitor, HttpServletRequest request) {
        boolean served = replica.load().serves(visitor);
        return !replica.drainState().isOver()
                && (replica.mayHoldSessions() || served)
                && (!replica.drainState().isDraining() || served || !isPage(request));
    }

    private Route to(Replica replica, String visitor, FailedReplicas attempts) {
        boolean movable = attempts.mayGoOn()
                && replicas.stream().anyMatch(other -> other != replica && other.isUp() && !attempts.include(other));
        return new Route(prefix, replica, visitor, cookieTag, movable);
    }

    private Replica fewest(Predicate<Replica> which) {
        return replicas.stream()
                .filter(which)
                .min(Comparator.comparing(Replica::load, ReplicaLoad.LEAST_FIRST))
                .orElse(null);
    }

    /** A browser that opens the app in a tab, or loads it again. */
    private static boolean isPage(HttpServletRequest request) {
        String mode = request.getHeader("Sec-Fetch-Mode");
        return request.getMethod().equals("GET")
                && (mode == null
                        ? Objects.requireNonNullElse(request.getHeader("Accept"), "")
                                .contains("text/html")
                        : mode.equals("navigate"));
    }

    /** The same from every replica, and kept by shared caches, which must not keep a cookie. */
    private boolean isAsset(String rawPath) {
        String path = rawPath.substring(prefix.length());
        return path.startsWith("/static/")
                || path.startsWith("/component/")
                || path.startsWith("/_stcore/bidi-components/");
    }
}
