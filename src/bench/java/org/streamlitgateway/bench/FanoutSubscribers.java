package org.streamlitgateway.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Subscribers on one selector; counts whole frames. */
final class FanoutSubscribers implements Runnable {
    private static final class Reader {
        private final byte[] head = new byte[4];
        private int headLength;
        private int remaining;
        private boolean counts;
    }

    private final AtomicLong deliveries = new AtomicLong();
    private final Selector selector = Selector.open();
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
    private final List<Long> samples = new ArrayList<>();
    private volatile boolean measuring;
    private volatile boolean stopped;

    FanoutSubscribers(int port, String path, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.socket().setTcpNoDelay(true);
            channel.write(ByteBuffer.wrap(Handshakes.request(path).getBytes(StandardCharsets.US_ASCII)));
            Handshakes.readHead(channel.socket().getInputStream());
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
        } catch (IOException e) {
            System.err.println("subscribers: " + e);
        }
    }

    private void read(Reader reader, ByteBuffer bytes, long now) {
        while (bytes.hasRemaining()) {
            if (reader.remaining == 0) {
                reader.head[reader.headLength++] = bytes.get();
                int length = reader.headLength < 2 ? -1 : reader.head[1] & 0x7f;
                if (length == 126) {
                    length = reader.headLength < 4 ? -1 : (reader.head[2] & 0xff) << 8 | reader.head[3] & 0xff;
                }
                if (length >= 0) {
                    reader.headLength = 0;
                    reader.remaining = length;
                    reader.counts = length >= FanoutPublisher.MESSAGE_BYTES; // the gateway's own frames are smaller
                    if (measuring && reader.counts && bytes.remaining() >= length) {
                        sample(bytes, length, now);
                    }
                }
                continue;
            }
            int skipped = Math.min(reader.remaining, bytes.remaining());
            bytes.position(bytes.position() + skipped);
            reader.remaining -= skipped;
            if (reader.remaining == 0 && reader.counts) {
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

    /** Waits until all sent messages have arrived. */
    void settle(long expected) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (deliveries.get() < expected && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        if (deliveries.get() != expected) {
            System.err.println("of " + expected + " deliveries came " + deliveries.get());
        }
    }

    void stop(Thread reader) throws IOException, InterruptedException {
        stopped = true;
        reader.join();
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    long deliveries() {
        return deliveries.get();
    }

    /** Opens a subscriber that never reads. */
    static Socket stalled(int port, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.getOutputStream().write(Handshakes.request(path).getBytes(StandardCharsets.US_ASCII));
        Handshakes.readHead(socket.getInputStream());
        return socket;
    }
}
