package org.streamlitgateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A channel: a WebSocket feed that pages subscribe to by name.
 *
 * @param name last segment of the channel's path; letters, digits and {@code -_.}
 * @param mode one connection to the feed for all subscribers, or one for each
 * @param eager whether to connect to the feed before the first subscription
 * @param linger how long to keep a connection to the feed for subscribers that disconnected without unsubscribing
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
    /** Wildcard for every app in {@link Access#apps}. */
    public static final String ALL = "*";

    /** Comma followed by the name of an option; any other comma is part of a value. */
    private static final Pattern NEXT_OPTION =
            Pattern.compile(",(?=\\s{0,8}(?:[a-z-]{1,40}|header\\.[^=,\\s]{1,80})=)");

    /** Number of connections to the feed: one for all subscribers, or one for each. */
    public enum Mode {
        SHARED,
        DEDICATED
    }

    /** Policy for a subscriber whose outbox is full. */
    public enum Slow {
        /** Closes the connection with 1013; the subscriber can reconnect and resume. */
        DISCONNECT,
        /** Drops the oldest messages and reports the gap. */
        DROP_OLDEST,
        /** Keeps only the newest message and reports the gap. */
        LATEST
    }

    /**
     * The feed.
     *
     * @param address {@code ws} or {@code wss} URL; its query may contain secrets
     * @param headers headers of the handshake; may contain secrets
     * @param subprotocol subprotocol requested in the handshake, or empty
     * @param retryMin first wait before reconnecting
     * @param retryMax limit of the wait, which doubles with each attempt
     * @param greeting text messages sent first on each connection; may contain secrets
     */
    public record Upstream(
            URI address,
            Map<String, String> headers,
            String subprotocol,
            Duration retryMin,
            Duration retryMax,
            List<String> greeting) {
        /** Returns the address without parts that may be secret: no query, no headers. */
        @Override
        public String toString() {
            return address.getScheme() + "://" + address.getAuthority() + address.getPath();
        }
    }

    /**
     * Limits of the memory of a channel.
     *
     * @param history number of messages kept for resuming subscribers
     * @param historyBytes total size of these messages
     * @param outbox number of messages queued for one subscriber
     * @param outboxBytes total size of these messages
     * @param slow policy for a subscriber whose outbox is full
     */
    public record Limits(int history, long historyBytes, int outbox, long outboxBytes, Slow slow) {}

    /**
     * Limits for clients.
     *
     * @param subscribers concurrent subscribers; for a dedicated channel, connections to the feed, including lingering
     *     ones
     * @param subscribersPerClient concurrent subscribers of one user, or of one address if the user is unknown
     * @param sendsPerSecond average number of sends of one client; bursts of one second's worth are allowed
     * @param messageBytes maximum size of a message sent to the feed
     */
    public record Quota(int subscribers, int subscribersPerClient, int sendsPerSecond, int messageBytes) {}

    /**
     * Access rules.
     *
     * @param apps path prefixes of the apps whose pages may use the channel, or {@link #ALL}; empty for the only app
     * @param users users that may subscribe; empty for all visitors of the app
     * @param senders users among them that may send; empty for all of them
     * @param send whether sending is allowed at all
     * @param origins additional Origins of pages that may subscribe; empty for those of the gateway
     */
    public record Access(Set<String> apps, Set<String> users, Set<String> senders, boolean send, Set<String> origins) {
        /** Returns whether pages of the app at this path prefix, empty for the root, may use the channel. */
        public boolean isFor(String prefix) {
            return apps.isEmpty() || apps.contains(ALL) || apps.contains(prefix);
        }

        /**
         * Returns whether the user may subscribe.
         *
         * @param user {@code null} without a log-in
         */
        public boolean maySubscribe(String user) {
            return users.isEmpty() || user != null && users.contains(user);
        }

        public boolean maySend(String user) {
            return send && (senders.isEmpty() || user != null && senders.contains(user));
        }
    }

    /** Returns a channel with the default of every option, for the Java API and tests. */
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

    /** Splits a channel, as written on the command line, into {@code name=address} and its options. */
    public static String[] parts(String entry) {
        return NEXT_OPTION.split(entry.trim());
    }
}
