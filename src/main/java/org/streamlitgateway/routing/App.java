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
import org.streamlitgateway.upstream.ReplicaState;

/**
 * One app: its path prefix, its replicas, and the choice among them. Immutable; changing state is in the replicas, which
 * survive configuration reloads.
 *
 * <p>A visitor stays on the replica named in the sticky cookie, for pages, uploads, media and WebSockets alike, because
 * Streamlit keeps sessions and files in memory. A new visitor goes to the replica with the fewest sessions.
 */
public final class App {
    private static final String UPLOAD = "/_stcore/upload_file/";

    private final AppConfig config;
    private final String prefix;
    private final List<Replica> replicas;
    private final ManagedApp managed;
    private final Stop stop;
    private final StickyCookie sticky;
    private final String cookieTag;
    private final Function<String, Replica> bySession;

    /** Replicas by their id in the sticky cookie; empty without sticky cookies. */
    private final Map<String, Replica> byId;

    /**
     * Whether an operator has stopped the app, and what its visitors are told. Survives configuration reloads. Thread-safe.
     */
    public static final class Stop {
        private volatile StopNotice notice;

        /** Stops the app, or changes the message. */
        public void begin(StopNotice newNotice) {
            notice = newNotice;
        }

        /** Lets visitors in again. Returns false if the app was not stopped. */
        public synchronized boolean end() {
            boolean stopped = notice != null;
            notice = null;
            return stopped;
        }

        /** Returns what visitors are told; {@code null} if the app is not stopped. */
        public StopNotice notice() {
            return notice;
        }
    }

    /**
     * @param prefix the whole path prefix, including the container's context path
     * @param managed starts and stops the replicas; {@code null} if the gateway does not manage them
     * @param stop whether an operator has stopped the app
     * @param sticky {@code null} if visitors need not be distinguished
     * @param nested whether another app is served under a parent of this prefix
     * @param bySession returns the replica of this app that has an open session with this id, or {@code null}
     */
    public App(
            AppConfig config,
            String prefix,
            List<Replica> replicas,
            ManagedApp managed,
            Stop stop,
            StickyCookie sticky,
            boolean nested,
            Function<String, Replica> bySession) {
        this.config = config;
        this.prefix = prefix;
        this.replicas = List.copyOf(replicas);
        this.managed = managed;
        this.stop = stop;
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

    /** Returns the path of the app as configured, for logs and metrics. */
    public String name() {
        return config.prefix().isEmpty() ? "/" : config.prefix();
    }

    public List<Replica> replicas() {
        return replicas;
    }

    /** Returns the supervisor of the replicas; {@code null} if the gateway does not manage them. */
    public ManagedApp managed() {
        return managed;
    }

    /** Returns whether an operator has stopped the app. */
    public Stop stop() {
        return stop;
    }

    /** Returns whether the app serves visitors now. */
    public AppState state() {
        if (stop.notice() != null || isInMaintenance()) {
            return AppState.MAINTENANCE;
        }
        if (managed != null && !managed.isHealthy()) {
            return switch (managed.state()) {
                case ASLEEP -> AppState.ASLEEP;
                case FAILED -> AppState.DOWN;
                default -> AppState.STARTING;
            };
        }
        if (isAny(ReplicaState.UP) || isAny(ReplicaState.DRAINING) || managed != null && isAny(ReplicaState.UNKNOWN)) {
            return AppState.UP;
        }
        return isAny(ReplicaState.UNKNOWN) ? AppState.UNKNOWN : AppState.DOWN;
    }

    /** Returns whether an operator has taken all replicas out of service. */
    public boolean isInMaintenance() {
        for (Replica replica : replicas) {
            if (!replica.drainState().isInMaintenance()) {
                return false;
            }
        }
        return true;
    }

    private boolean isAny(ReplicaState state) {
        return replicas.stream().anyMatch(replica -> replica.state() == state);
    }

    /**
     * The route of one request.
     *
     * @param cookie value of Set-Cookie that keeps the visitor on the replica; {@code null} if no cookie must be set
     */
    public record Choice(Route route, String cookie) {}

    /**
     * Chooses the replica for a request, in this order:
     *
     * <ol>
     *   <li>the replica that has the session named in an upload's path;
     *   <li>the replica named in the sticky cookie, if the visitor may stay there;
     *   <li>the least loaded replica that is up and not draining;
     *   <li>the least loaded replica that is up, even if it is draining;
     *   <li>the replica named in the sticky cookie, otherwise the least loaded one, even if it is down, but not in
     *       maintenance.
     * </ol>
     *
     * Replicas that have failed for this request are skipped, except by the last step.
     */
    public Choice choose(HttpServletRequest request, ClientInfo client) {
        if (replicas.size() == 1 && sticky == null) {
            return new Choice(new Route(prefix, replicas.get(0), "", cookieTag, false), null);
        }
        FailedReplicas failed = FailedReplicas.of(request);
        StickyCookie.Visit visit = sticky == null ? null : sticky.read(request, prefix);
        String visitor = visit == null ? "" : visit.visitor();
        Replica holder = sessionHolder(request.getRequestURI());
        if (holder != null && !failed.contains(holder) && !holder.drainState().isOver()) {
            return new Choice(to(holder, visitor, failed), null);
        }
        Replica known = visit == null ? null : byId.get(visit.replica());
        if (known != null && !failed.contains(known) && mayStay(known, visitor, request)) {
            return new Choice(to(known, visitor, failed), null);
        }
        Replica chosen = leastLoaded(replica -> !failed.contains(replica)
                && replica.isUp()
                && !replica.drainState().isDraining());
        if (chosen == null) {
            chosen = leastLoaded(replica -> !failed.contains(replica)
                    && replica.isUp()
                    && !replica.drainState().isOver());
        }
        if (chosen == null) {
            boolean mayTryKnown = known != null && !known.drainState().isInMaintenance();
            chosen = mayTryKnown
                    ? known
                    : leastLoaded(replica -> !replica.drainState().isInMaintenance());
        }
        if (chosen == null) {
            chosen = replicas.get(0); // the last one went into maintenance a moment ago
        }
        boolean keepsCookie = chosen == known
                || known != null
                        && known.load().serves(visitor)
                        && !known.drainState().isOver();
        if (keepsCookie || sticky == null || isAsset(request.getRequestURI())) {
            return new Choice(to(chosen, visitor, failed), null);
        }
        if (isPage(request) || known != null) { // a tab that reconnects opens its session without loading the page
            chosen.load().expectSession();
        }
        String assigned = visitor.isEmpty() ? sticky.newVisitor() : visitor;
        return new Choice(to(chosen, assigned, failed), sticky.line(prefix, assigned, chosen.name(), client));
    }

    /** Returns the replica of the session that an upload names, or {@code null}. Works without cookies. */
    private Replica sessionHolder(String rawPath) {
        if (!rawPath.startsWith(UPLOAD, prefix.length())) {
            return null;
        }
        int start = prefix.length() + UPLOAD.length();
        int end = rawPath.indexOf('/', start);
        return end < 0 ? null : bySession.apply(rawPath.substring(start, end));
    }

    /**
     * Keeps a visitor on an unhealthy replica that is still alive, because its sessions exist nowhere else. A draining
     * replica keeps its visitors until the drain ends, except those without an open session who load the page again.
     */
    private static boolean mayStay(Replica replica, String visitor, HttpServletRequest request) {
        boolean served = replica.load().serves(visitor);
        return !replica.drainState().isOver()
                && (replica.mayHoldSessions() || served)
                && (!replica.drainState().isDraining() || served || !isPage(request));
    }

    private Route to(Replica replica, String visitor, FailedReplicas failed) {
        boolean movable = failed.canRetry()
                && replicas.stream().anyMatch(other -> other != replica && other.isUp() && !failed.contains(other));
        return new Route(prefix, replica, visitor, cookieTag, movable);
    }

    private Replica leastLoaded(Predicate<Replica> filter) {
        return replicas.stream()
                .filter(filter)
                .min(Comparator.comparing(Replica::load, ReplicaLoad.BY_LOAD))
                .orElse(null);
    }

    /** Returns whether a browser loads the app's page in a tab or frame. */
    private static boolean isPage(HttpServletRequest request) {
        String mode = request.getHeader("Sec-Fetch-Mode");
        return request.getMethod().equals("GET")
                && (mode == null
                        ? Objects.requireNonNullElse(request.getHeader("Accept"), "")
                                .contains("text/html")
                        : mode.equals("navigate"));
    }

    /** Returns whether shared caches may store the response, which must not carry a cookie then. */
    private boolean isAsset(String rawPath) {
        String path = rawPath.substring(prefix.length());
        return path.startsWith("/static/")
                || path.startsWith("/component/")
                || path.startsWith("/_stcore/bidi-components/");
    }
}
