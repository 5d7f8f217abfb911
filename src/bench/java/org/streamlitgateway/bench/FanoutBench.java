package org.streamlitgateway.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fan-out of one channel to many subscribers, one of them stuck, against Jetty's bare write of frames of the same size.
 * Feed and subscribers live in this process, the gateway in one of its own, which is measured from outside.
 *
 * <pre>java src/bench/java/org/streamlitgateway/bench/FanoutBench.java target/streamlit-gateway.war [SUBSCRIBERS…]</pre>
 *
 * Throughput is a closed loop: a message is sent when the subscribers have had, on average, all but the last
 * {@value #WINDOW}. Latency is an open loop far below that, from the feed's write to the subscriber's read.
 */
public final class FanoutBench {
    private static final int WINDOW = 256;
    private static final int MESSAGE_BYTES = 200;
    /** Of the gateway's envelope with a number of five digits; the bare frames are as much larger. */
    private static final int ENVELOPE_BYTES = 38;

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
            Process server = start(
                    List.of(
                            "-jar",
                            war,
                            "--proxy-host",
                            "127.0.0.1",
                            "--proxy-port",
                            "" + port,
                            "--ping-interval",
                            "1h",
                            "--channel",
                            "feed=ws://127.0.0.1:" + feed.getLocalPort() + "/,slow=drop-oldest,eager=true"),
                    "ready");
            try (Socket socket = feed.accept()) {
                acceptWebSocket(socket);
                run("gateway", server, port, "/_gateway/channels/feed", count, socket.getOutputStream(), false);
            } finally {
                stop(server);
            }
        }
    }

    private static void bareJetty(String war, int count) throws Exception {
        int port = freePort();
        Process server = start(
                List.of("-cp", war, "src/bench/java/org/streamlitgateway/bench/RawJetty.java", "" + port), "ready");
        try (Socket publisher = new Socket("127.0.0.1", port)) {
            publisher.setTcpNoDelay(true);
            publisher.getOutputStream().write(handshake("/publish").getBytes(StandardCharsets.US_ASCII));
            readHead(publisher.getInputStream());
            run("bare Jetty", server, port, "/subscribe", count, publisher.getOutputStream(), true);
        } finally {
            stop(server);
        }
    }

    private static void run(
            String name, Process server, int port, String path, int count, OutputStream feed, boolean client)
            throws Exception {
        collectGarbage(server);
        long heap = heapKib(server);
        long memory = memoryKib(server);
        Subscribers subscribers = new Subscribers(port, path, count);
        Thread reader = new Thread(subscribers, "subscribers");
        reader.start();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        collectGarbage(server);
        double heapEach = (heapKib(server) - heap) / (double) count;
        double memoryEach = (memoryKib(server) - memory) / (double) count;
        Socket stuck = client ? null : stuck(port, path); // bare Jetty has no bound for it

        Publisher publisher = new Publisher(feed, client);
        long base = subscribers.deliveries.get();
        long end = System.nanoTime() + WARM_UP_NANOS;
        publisher.flood(subscribers, count, base, end);
        long before = subscribers.deliveries.get();
        long cpu = cpuMillis(server);
        long started = System.nanoTime();
        publisher.flood(subscribers, count, base, started + MEASURED_NANOS);
        double seconds = (System.nanoTime() - started) / 1e9;
        long delivered = subscribers.deliveries.get() - before;
        double cpuEach = (cpuMillis(server) - cpu) / (double) delivered * 1000;

        subscribers.settle(base + publisher.sent * count);
        subscribers.measureLatency();
        int rate = Math.max(1, Math.min(MAX_LATENCY_MESSAGES_PER_SECOND, LATENCY_DELIVERIES_PER_SECOND / count));
        publisher.pace(rate, System.nanoTime() + LATENCY_NANOS);
        subscribers.settle(base + publisher.sent * count);
        long[] latencies = subscribers.latencies();
        System.out.printf(
                "| %d%s | %s | %,.0f | %.2f ms | %.2f ms | %.2f ms | %.1f KiB | %.1f KiB |%n",
                count,
                client ? "" : " + 1 stuck",
                name,
                delivered / seconds,
                cpuEach,
                latencies[latencies.length / 2] / 1e6,
                latencies[(int) (latencies.length * 0.99)] / 1e6,
                heapEach,
                memoryEach);
        subscribers.stop(reader);
        if (stuck != null) {
            stuck.close();
        }
    }

    // --- the feed

    /** Writes messages of {@link #MESSAGE_BYTES} bytes with the time in them. */
    private static final class Publisher {
        private final OutputStream out;
        private final boolean masked;
        private long sent;

        Publisher(OutputStream out, boolean masked) {
            this.out = out;
            this.masked = masked;
        }

        void flood(Subscribers subscribers, int count, long base, long end) throws IOException {
            while (System.nanoTime() < end) {
                if ((subscribers.deliveries.get() - base) / count + WINDOW > sent) {
                    say();
                } else {
                    LockSupport.parkNanos(20_000);
                }
            }
        }

        void pace(int perSecond, long end) throws IOException {
            long next = System.nanoTime();
            while (next < end) {
                say();
                next += TimeUnit.SECONDS.toNanos(1) / perSecond;
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        }

        private void say() throws IOException {
            StringBuilder text =
                    new StringBuilder("{\"t\":").append(System.nanoTime()).append(",\"x\":\"");
            int length = MESSAGE_BYTES + (masked ? ENVELOPE_BYTES : 0);
            while (text.length() < length - 2) {
                text.append('x');
            }
            byte[] payload = text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
            ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
            frame.put((byte) 0x81).put((byte) (126 | (masked ? 0x80 : 0))).putShort((short) payload.length);
            if (masked) {
                frame.putInt(0);
            }
            frame.put(payload);
            out.write(frame.array(), 0, frame.position());
            sent++;
        }
    }

    // --- the subscribers

    /** All of them on one selector; counts whole frames. */
    private static final class Subscribers implements Runnable {
        private static final class Reader {
            private final byte[] head = new byte[4];
            private int headLength;
            private int left;
            private boolean counts;
        }

        private final AtomicLong deliveries = new AtomicLong();
        private final Selector selector = Selector.open();
        private final List<SocketChannel> channels = new ArrayList<>();
        private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
        private final List<Long> samples = new ArrayList<>();
        private volatile boolean measuring;
        private volatile boolean stopped;

        Subscribers(int port, String path, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
                channel.socket().setTcpNoDelay(true);
                channel.write(ByteBuffer.wrap(handshake(path).getBytes(StandardCharsets.US_ASCII)));
                readHead(channel.socket().getInputStream());
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new Reader());
                channels.add(channel);
            }
        }

        @Override
        public void run() {
            try {
                while (!stopped) {
                    selector.select(100);
                    long now = System.nanoTime();
                    for (SelectionKey key : selector.selectedKeys()) {
                        buffer.clear();
                        if (((SocketChannel) key.channel()).read(buffer) < 0) {
                            System.err.println("a subscriber was closed");
                            key.cancel();
                        }
                        read((Reader) key.attachment(), buffer.flip(), now);
                    }
                    selector.selectedKeys().clear();
                }
            } catch (IOException lost) {
                System.err.println("subscribers: " + lost);
            }
        }

        private void read(Reader reader, ByteBuffer bytes, long now) {
            while (bytes.hasRemaining()) {
                if (reader.left == 0) {
                    reader.head[reader.headLength++] = bytes.get();
                    int length = reader.headLength < 2 ? -1 : reader.head[1] & 0x7f;
                    if (length == 126) {
                        length = reader.headLength < 4 ? -1 : (reader.head[2] & 0xff) << 8 | reader.head[3] & 0xff;
                    }
                    if (length >= 0) {
                        reader.headLength = 0;
                        reader.left = length;
                        reader.counts = length >= MESSAGE_BYTES; // no notice of the gateway is so large
                        if (measuring && reader.counts && bytes.remaining() >= length) {
                            sample(bytes, length, now);
                        }
                    }
                    continue;
                }
                int skipped = Math.min(reader.left, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                reader.left -= skipped;
                if (reader.left == 0 && reader.counts) {
                    deliveries.incrementAndGet();
                }
            }
        }

        private void sample(ByteBuffer bytes, int length, long now) {
            String text = new String(bytes.array(), bytes.position(), Math.min(length, 90), StandardCharsets.US_ASCII);
            int time = text.indexOf("{\"t\":") + 5;
            synchronized (samples) {
                samples.add(now - Long.parseLong(text.substring(time, text.indexOf(',', time))));
            }
        }

        void measureLatency() {
            measuring = true;
        }

        long[] latencies() {
            synchronized (samples) {
                return samples.stream().mapToLong(Long::longValue).sorted().toArray();
            }
        }

        /** Waits until all that was sent has come. */
        void settle(long wanted) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (deliveries.get() < wanted && System.nanoTime() < end) {
                LockSupport.parkNanos(1_000_000);
            }
            if (deliveries.get() != wanted) {
                System.err.println("of " + wanted + " deliveries came " + deliveries.get());
            }
        }

        void stop(Thread reader) throws IOException, InterruptedException {
            stopped = true;
            reader.join();
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
    }

    private static Socket stuck(int port, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.getOutputStream().write(handshake(path).getBytes(StandardCharsets.US_ASCII));
        readHead(socket.getInputStream());
        return socket;
    }

    // --- handshakes

    private static String handshake(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + (path.contains("_gateway") ? "Sec-WebSocket-Protocol: gateway.channel.v1\r\n" : "") + "\r\n";
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void acceptWebSocket(Socket socket) throws Exception {
        socket.setTcpNoDelay(true);
        Matcher key = Pattern.compile("(?i)sec-websocket-key: (\\S+)").matcher(readHead(socket.getInputStream()));
        key.find();
        byte[] digest = MessageDigest.getInstance("SHA-1")
                .digest((key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream()
                .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    // --- the server's process

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static Process start(List<String> arguments, String ready) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx512m"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); ; line = lines.readLine()) {
            if (line == null) {
                throw new IOException("the server ended");
            }
            if (line.contains(ready)) {
                break;
            }
        }
        Thread rest = new Thread(() -> drain(lines), "output");
        rest.setDaemon(true);
        rest.start();
        return process;
    }

    private static void drain(BufferedReader lines) {
        try {
            while (lines.readLine() != null) {
                // so that the server never waits for us
            }
        } catch (IOException stopped) {
            // the server is being stopped
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static long cpuMillis(Process process) {
        return process.info().totalCpuDuration().orElseThrow().toMillis();
    }

    private static long memoryKib(Process process) throws IOException {
        Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB")
                .matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
        resident.find();
        return Long.parseLong(resident.group(1));
    }

    private static void collectGarbage(Process process) throws Exception {
        jcmd(process, "GC.run");
        jcmd(process, "GC.run");
    }

    private static long heapKib(Process process) throws Exception {
        Matcher used = Pattern.compile("used (\\d+)K").matcher(jcmd(process, "GC.heap_info"));
        used.find();
        return Long.parseLong(used.group(1));
    }

    private static String jcmd(Process process, String what) throws Exception {
        Process jcmd = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/jcmd", Long.toString(process.pid()), what)
                .redirectErrorStream(true)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return answer;
    }
}
