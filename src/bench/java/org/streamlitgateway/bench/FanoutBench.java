package org.streamlitgateway.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the fan-out of one channel to many subscribers, one of them stalled, against plain writes of frames of the
 * same size in Jetty. Feed and subscribers run in this process; the gateway runs in a separate one, measured from
 * outside.
 *
 * <pre>
 * javac -d target/fanout -sourcepath src/bench/java src/bench/java/org/streamlitgateway/bench/FanoutBench.java
 * java -cp target/fanout org.streamlitgateway.bench.FanoutBench target/streamlit-gateway.war [SUBSCRIBERS…]
 * </pre>
 *
 * Throughput is measured in a closed loop with a bounded number of messages in flight. Latency is measured in an open
 * loop at a far lower rate, from the feed's write to the subscriber's read.
 */
public final class FanoutBench {
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final long MEASURED_NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final long LATENCY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int LATENCY_DELIVERIES_PER_SECOND = 20_000;
    private static final int MAX_LATENCY_MESSAGES_PER_SECOND = 200;

    private FanoutBench() {}

    public static void main(String[] args) throws Exception {
        int[] counts = args.length > 1
                ? Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 100, 1000, 5000};
        System.out.println(
                "| subscribers | server | deliveries/s | server CPU per 1000 | p50 | p99 | heap per subscriber |"
                        + " memory per subscriber |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        for (int count : counts) {
            gateway(args[0], count);
            bareJetty(args[0], count);
        }
        System.exit(0);
    }

    private static void gateway(String war, int count) throws Exception {
        try (ServerSocket feed = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            int port = freePort();
            List<String> command = List.of(
                    "-jar",
                    war,
                    "--proxy-host",
                    "127.0.0.1",
                    "--proxy-port",
                    "" + port,
                    "--ping-interval",
                    "1h",
                    "--channel",
                    "feed=ws://127.0.0.1:" + feed.getLocalPort()
                            + "/,slow=drop-oldest,eager=true,max-subscribers-per-client=10000");
            try (MeasuredServer server = MeasuredServer.start(command, "ready");
                    Socket socket = feed.accept()) {
                Handshakes.accept(socket);
                run("gateway", server, port, "/_gateway/channels/feed", count, socket.getOutputStream(), false);
            }
        }
    }

    private static void bareJetty(String war, int count) throws Exception {
        int port = freePort();
        List<String> command =
                List.of("-cp", war, "src/bench/java/org/streamlitgateway/bench/RawJetty.java", "" + port);
        try (MeasuredServer server = MeasuredServer.start(command, "ready");
                Socket publisher = new Socket("127.0.0.1", port)) {
            publisher.setTcpNoDelay(true);
            publisher.getOutputStream().write(Handshakes.request("/publish").getBytes(StandardCharsets.US_ASCII));
            Handshakes.readHead(publisher.getInputStream());
            run("bare Jetty", server, port, "/subscribe", count, publisher.getOutputStream(), true);
        }
    }

    private static void run(
            String name, MeasuredServer server, int port, String path, int count, OutputStream feed, boolean client)
            throws Exception {
        server.collectGarbage();
        long heap = server.heapKib();
        long memory = server.memoryKib();
        FanoutSubscribers subscribers = new FanoutSubscribers(port, path, count);
        Thread reader = new Thread(subscribers, "subscribers");
        reader.start();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        server.collectGarbage();
        double heapPerSubscriber = (server.heapKib() - heap) / (double) count;
        double memoryPerSubscriber = (server.memoryKib() - memory) / (double) count;
        Socket stalled = client
                ? null
                : FanoutSubscribers.stalled(port, path); // bare Jetty has no limit for a stalled subscriber

        FanoutPublisher publisher = new FanoutPublisher(feed, client);
        long base = subscribers.deliveries();
        long end = System.nanoTime() + WARM_UP_NANOS;
        publisher.flood(subscribers, count, base, end);
        long before = subscribers.deliveries();
        long cpu = server.cpuMillis();
        long started = System.nanoTime();
        publisher.flood(subscribers, count, base, started + MEASURED_NANOS);
        double seconds = (System.nanoTime() - started) / 1e9;
        long delivered = subscribers.deliveries() - before;
        double cpuPerThousand = (server.cpuMillis() - cpu) / (double) delivered * 1000;

        subscribers.settle(base + publisher.sent() * count);
        subscribers.measureLatency();
        int rate = Math.max(1, Math.min(MAX_LATENCY_MESSAGES_PER_SECOND, LATENCY_DELIVERIES_PER_SECOND / count));
        publisher.pace(rate, System.nanoTime() + LATENCY_NANOS);
        subscribers.settle(base + publisher.sent() * count);
        long[] latencies = subscribers.latencies();
        System.out.printf(
                "| %d%s | %s | %,.0f | %.2f ms | %.2f ms | %.2f ms | %.1f KiB | %.1f KiB |%n",
                count,
                client ? "" : " + 1 stalled",
                name,
                delivered / seconds,
                cpuPerThousand,
                latencies[latencies.length / 2] / 1e6,
                latencies[(int) (latencies.length * 0.99)] / 1e6,
                heapPerSubscriber,
                memoryPerSubscriber);
        subscribers.stop(reader);
        if (stalled != null) {
            stalled.close();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }
}
