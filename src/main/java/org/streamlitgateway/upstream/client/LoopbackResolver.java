package org.streamlitgateway.upstream.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves host names; for {@code localhost}, {@code ::1} comes before {@code 127.0.0.1}. A Streamlit that listens on
 * {@code ::} sees an IPv4 peer as {@code ::ffff:127.0.0.1}, which uvicorn does not trust, and then ignores
 * X-Forwarded-For. It trusts {@code ::1}.
 */
final class LoopbackResolver implements SocketAddressResolver {
    private static final Logger LOG = LoggerFactory.getLogger(LoopbackResolver.class);

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})";

    /** Address literals, which need no lookup and no thread to wait for it. Jetty adds the brackets. */
    private static final Pattern ADDRESS = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}|\\[[0-9A-Fa-f.:]*]");

    private final SocketAddressResolver others;

    LoopbackResolver(Executor executor, Scheduler scheduler, long timeoutMillis) {
        this.others = new SocketAddressResolver.Async(executor, scheduler, timeoutMillis);
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        if (host.equalsIgnoreCase("localhost")) {
            promise.succeeded(loopback(host, port));
        } else if (ADDRESS.matcher(host).matches()) {
            address(host, port, promise);
        } else {
            others.resolve(host, port, context, promise);
        }
    }

    private static void address(String host, int port, Promise<List<InetSocketAddress>> promise) {
        try {
            promise.succeeded(List.of(new InetSocketAddress(InetAddress.getByName(host), port)));
        } catch (UnknownHostException malformed) {
            promise.failed(malformed);
        }
    }

    private static List<InetSocketAddress> loopback(String host, int port) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        try {
            addAll(addresses, "::1", port);
            addAll(addresses, "127.0.0.1", port);
            addAll(addresses, host, port);
        } catch (UnknownHostException e) {
            LOG.debug("localhost cannot be resolved; using the loopback addresses", e);
        }
        return addresses;
    }

    private static void addAll(List<InetSocketAddress> addresses, String name, int port) throws UnknownHostException {
        for (InetAddress resolved : InetAddress.getAllByName(name)) {
            InetSocketAddress address = new InetSocketAddress(resolved, port);
            if (!addresses.contains(address)) {
                addresses.add(address);
            }
        }
    }
}
