package org.streamlitgateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One channel: a WebSocket feed that pages subscribe to by name.
 *
 * @param name the last segment of its path; letters, digits and {@code -_.}
 * @param mode one upstream socket for all, or one for each subscriber
 * @param eager whether the feed is dialled before anybody subscribes
 * @param linger how long an upstream socket is kept for subscribers that went without saying so
 */
public record ChannelConfig(
        String name,
        Mode mode,
        boolean eager,
        Duration linger,
        Upstream upstream,
        Limits limits,
        Quota quota,
        Access access) {
    /** Stands for every app in {@link Access#apps}. */
    public static final String ALL = "*";

    /** A comma is part of a value unless an option follows it. */
    private static final Pattern NEXT_OPTION =
            Pattern.compile(",(?=\\s{0,8}(?:[a-z-]{1,40}|header\\.[^=,\\s]{1,80})=)");

    /** How many upstream sockets there are. */
    public enum Mode {
        SHARED,
        DEDICATED
    }

    /** What happens to a subscriber whose outbox is full. */
    public enum Slow {
        /** Closed with 1013; it can come back and resume. */
        DISCONNECT,
        /** The oldest messages are left out, and it is told which. */
        DROP_OLDEST,
        /** Only the newest message is kept for it, and it is told what it missed. */
        LATEST
    }

    /**
     * Where the feed is.
     *
     * @param address {@code ws} or {@code wss}
     * @param headers sent with the handshake; may hold secrets
     * @param subprotocol asked for in the handshake, or empty
     * @param retryLeast the first wait before the feed is dialled again
     * @param retryMost what the wait grows to, doubling
     * @param greeting text frames that the feed is sent first on each connection; may hold secrets
     */
    public record Upstream(
            URI address,
            Map<String, String> headers,
            String subprotocol,
            Duration retryLeast,
            Duration retryMost,
            List<String> greeting) {
        /** Where it is without what may be secret: no query, no headers. */
        @Override
        public String toString() {
            return address.getScheme() + "://" + address.getAuthority() + address.getPath();
        }
    }

    /**
     * What is kept in memory.
     *
     * @param history messages that a subscriber who comes back can get
     * @param historyBytes and no more than so many bytes of them
     * @param outbox messages that may wait for one subscriber
     * @param outboxBytes and no more than so many bytes of them
     */
    public record Limits(int history, long historyBytes, int outbox, long outboxBytes, Slow slow) {}

    /**
     * What clients may ask of the channel.
     *
     * @param subscribers at one time; for a dedicated channel sockets to the feed, those that wait for a page included
     * @param subscribersPerClient of one user, or of one address where the user is not known
     * @param sendsPerSecond of one client, on average; a second's worth may come at once
     * @param messageBytes the largest message that is taken for the feed
     */
    public record Quota(int subscribers, int subscribersPerClient, int sendsPerSecond, int messageBytes) {}

    /**
     * Who may do what.
     *
     * @param apps path prefixes of the apps whose pages may use the channel, or {@link #ALL}; empty for the only app
     * @param users who may subscribe; empty for everybody who may see the app
     * @param senders who of these may send; empty for all of them
     * @param send whether anybody may send
     * @param origins further Origins of pages that may subscribe; empty for those of the whole gateway
     */
    public record Access(Set<String> apps, Set<String> users, Set<String> senders, boolean send, Set<String> origins) {
        /** Whether pages of the app at this path prefix, empty for the root, may use it. */
        public boolean isFor(String prefix) {
            return apps.isEmpty() || apps.contains(ALL) || apps.contains(prefix);
        }

        /** {@code user} is {@code null} when nobody is logged in. */
        public boolean maySubscribe(String user) {
            return users.isEmpty() || user != null && users.contains(user);
        }

        public boolean maySend(String user) {
            return send && (senders.isEmpty() || user != null && senders.contains(user));
        }
    }

    /** A channel with every default, for the Java API and for tests. */
    public static ChannelConfig of(String name, URI address, Mode mode) {
        boolean shared = mode == Mode.SHARED;
        return new ChannelConfig(
                name,
                mode,
                false,
                Duration.ofSeconds(10),
                new Upstream(address, Map.of(), "", Duration.ofMillis(250), Duration.ofSeconds(10), List.of()),
                new Limits(20_000, 4 << 20, 20_000, 4 << 20, Slow.DISCONNECT),
                new Quota(shared ? 10_000 : 500, shared ? 1000 : 50, 1000, 1 << 20),
                new Access(Set.of(), Set.of(), Set.of(), false, Set.of()));
    }

    /** Splits a channel as written on the command line into {@code name=address} and its options. */
    public static String[] parts(String entry) {
        return NEXT_OPTION.split(entry.trim());
    }
}
