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
 * Bounds the connections of the embedded server: how many there are, in all and from one address, and how long each may
 * take for a request's head. Those over a limit are closed. Thread-safe.
 */
final class ConnectionLimiter {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimiter.class);
    private static final long LONGEST_PERIOD_MILLIS = 1000;

    /** How often in the time of a head it is looked at. */
    private static final int LOOKS = 10;

    /** JARs, pipes, logs. */
    private static final int FILES_OF_THE_PROCESS = 200;

    private final ConcurrentHashMap<SocketChannel, Open> open = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int most;
    private final long headNanos;
    private final List<Cidr> trustedProxies;
    private final Quota perAddress;
    private final OverLimit tooMany;
    private final OverLimit tooSlow;

    /** An accepted connection, with its part of the address's quota; proxies that are trusted need none. */
    private record Open(Quota.Share share) {}

    ConnectionLimiter(GatewayConfig.Limits limits, List<Cidr> trustedProxies, Scheduler scheduler) {
        this.most = most(limits.connections());
        this.headNanos = limits.head().toNanos();
        this.trustedProxies = trustedProxies;
        perAddress = new Quota(
                limits.connectionsPerAddress(), new OverLimit(Setting.MAX_CONNECTIONS_PER_ADDRESS.key(), scheduler));
        tooMany = new OverLimit(Setting.MAX_CONNECTIONS.key(), scheduler);
        tooSlow = new OverLimit(Setting.HEAD_TIMEOUT.key(), scheduler);
    }

    /** A session needs two sockets, and more than half of all files are left for Streamlit's side and the process. */
    private static int most(int wanted) {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
        int possible = (int) Math.max(1, Math.min(Integer.MAX_VALUE, (files - FILES_OF_THE_PROCESS) / 2));
        if (wanted > possible && !String.valueOf(wanted).equals(Setting.MAX_CONNECTIONS.defaultValue())) {
            LOG.warn("{} is {}, as the process may open {} files", Setting.MAX_CONNECTIONS.key(), possible, files);
        }
        return wanted == 0 ? possible : Math.min(wanted, possible);
    }

    /** How often {@link #isLate} is to be asked. */
    long periodMillis() {
        return Math.max(1, Math.min(LONGEST_PERIOD_MILLIS, TimeUnit.NANOSECONDS.toMillis(headNanos) / LOOKS));
    }

    /** Counts a connection that has just come; false when it is one too many, and is to be closed. */
    boolean admit(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        if (address == null) {
            return false; // it has left already
        }
        String text = address.getHostAddress();
        if (count.get() >= most) {
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
        Open left = open.remove(channel);
        if (left != null) {
            count.decrementAndGet();
            if (left.share() != null) {
                left.share().release();
            }
        }
    }

    /** Those that were closed before anything was made of them. */
    void forgetClosed() {
        for (SocketChannel channel : open.keySet()) {
            if (!channel.isOpen()) {
                closed(channel);
            }
        }
    }

    /** Whether a connection has been at one head for too long. */
    boolean isLate(RequestHeadTimer clock, Connection connection, long bytesIn, long nowNanos) {
        return clock.isLate(connection, bytesIn, nowNanos, headNanos);
    }

    void closedAsLate(SocketChannel channel) {
        InetAddress address = channel.socket().getInetAddress();
        tooSlow.refused(address == null ? "a client" : address.getHostAddress());
    }
}
