package org.streamlitgateway.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.Cidr;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.limit.ClientKey;
import org.streamlitgateway.limit.OverLimit;
import org.streamlitgateway.limit.Quota;

/**
 * Limits the connections of the embedded server: their number, in total and per address, and the time that each may take
 * to send a request's head. A connection over a limit is closed. Thread-safe.
 */
final class ConnectionLimiter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimiter.class);
    private static final long MAX_PERIOD_MILLIS = 1000;

    /** Number of checks within the time-out of a request's head. */
    private static final int CHECKS_PER_TIMEOUT = 10;

    /** Files that the process needs for itself: JARs, pipes, logs. */
    private static final int RESERVED_FILES = 200;

    private final ConcurrentHashMap<SocketChannel, Open> open = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int maxConnections;
    private final long headNanos;
    private final List<Cidr> trustedProxies;
    private final Quota perAddress;
    private final OverLimit tooMany;
    private final OverLimit tooSlow;

    /** An accepted connection, with its share of the address's quota; {@code null} for a trusted proxy. */
    private record Open(Quota.Share share) {}

    ConnectionLimiter(GatewayConfig.Limits limits, List<Cidr> trustedProxies, Scheduler scheduler) {
        this.maxConnections = maxConnections(limits.connections());
        this.headNanos = limits.head().toNanos();
        this.trustedProxies = trustedProxies;
        perAddress = new Quota(
                limits.connectionsPerAddress(), new OverLimit(Setting.MAX_CONNECTIONS_PER_ADDRESS.key(), scheduler));
        tooMany = new OverLimit(Setting.MAX_CONNECTIONS.key(), scheduler);
        tooSlow = new OverLimit(Setting.HEAD_TIMEOUT.key(), scheduler);
    }

    /** Limits connections to half of the process's files: a session needs a second socket, to Streamlit. */
    private static int maxConnections(int configured) {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
        int possible = (int) Math.max(1, Math.min(Integer.MAX_VALUE, (files - RESERVED_FILES) / 2));
        if (configured > possible && !String.valueOf(configured).equals(Setting.MAX_CONNECTIONS.defaultValue())) {
            LOG.warn(
                    "{} is reduced to {}, since the process may open only {} files (ulimit -n)",
                    Setting.MAX_CONNECTIONS.key(),
                    possible,
                    files);
        }
        return configured == 0 ? possible : Math.min(configured, possible);
    }

    /** Returns the interval at which to call {@link #checkLate}. */
    long periodMillis() {
        return Math.max(1, Math.min(MAX_PERIOD_MILLIS, TimeUnit.NANOSECONDS.toMillis(headNanos) / CHECKS_PER_TIMEOUT));
    }

    /** Counts a new connection; returns false if it exceeds a limit and must be closed. */
    boolean admit(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        if (address == null) {
            return false; // closed already
        }
        String text = address.getHostAddress();
        if (count.get() >= maxConnections) {
            tooMany.refused(text);
            return false;
        }
        boolean trusted = isTrusted(text);
        Quota.Share share = trusted ? null : perAddress.acquire(ClientKey.of(address));
        if (share == null && !trusted) {
            return false;
        }
        count.incrementAndGet();
        open.put(channel, new Open(share));
        return true;
    }

    private boolean isTrusted(String address) {
        return trustedProxies.stream().anyMatch(block -> block.contains(address));
    }

    void closed(SocketChannel channel) {
        Open removed = open.remove(channel);
        if (removed != null) {
            count.decrementAndGet();
            if (removed.share() != null) {
                removed.share().release();
            }
        }
    }

    /** Forgets connections that were closed before the server created an end point for them. */
    void forgetClosed() {
        for (SocketChannel channel : open.keySet()) {
            if (!channel.isOpen()) {
                closed(channel);
            }
        }
    }

    /** Checks whether a connection has taken too long for a request's head. */
    boolean checkLate(RequestHeadTimer timer, Connection connection, long bytesIn, long nowNanos) {
        return timer.checkLate(connection, bytesIn, nowNanos, headNanos);
    }

    void closedAsLate(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        tooSlow.refused(address == null ? "a client" : address.getHostAddress());
    }
}
