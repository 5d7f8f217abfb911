package org.streamlitgateway.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A slow link in front of local servers, for machines whose kernel has no netem. Arguments: one-way delay in
 * milliseconds, bits per second, then LISTEN=TARGET ports. All connections share the bandwidth of each direction in
 * pieces of a few packets; opening a connection costs a round trip. Excess data is queued, up to a tenth of a second's
 * worth; beyond that the sender blocks. Congestion windows are not modelled, which favours large bodies.
 */
public final class SlowLink {
    private static final int PIECE_BYTES = 4 * 1460;
    private static final long MAX_QUEUE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long delayNanos;
    private final double nanosPerByte;
    private final Object toServer = new Object();
    private final Object toClient = new Object();
    private final long[] freeAt = new long[2];

    private SlowLink(long delayNanos, double nanosPerByte) {
        this.delayNanos = delayNanos;
        this.nanosPerByte = nanosPerByte;
        freeAt[0] = System.nanoTime();
        freeAt[1] = freeAt[0];
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Piece(byte[] bytes, long arrivesAt) {}

    public static void main(String[] args) throws IOException {
        SlowLink link =
                new SlowLink(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[0])), 8e9 / Double.parseDouble(args[1]));
        for (int i = 2; i < args.length; i++) {
            String[] ports = args[i].split("=", 2);
            ServerSocket listener =
                    new ServerSocket(Integer.parseInt(ports[0]), 1024, InetAddress.getLoopbackAddress());
            int target = Integer.parseInt(ports[1]);
            new Thread(() -> link.accept(listener, target)).start();
        }
    }

    private void accept(ServerSocket listener, int target) {
        try {
            while (true) {
                Socket client = listener.accept();
                long opened = System.nanoTime() + 2 * delayNanos;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                forward(client, server, 0, toServer, opened);
                forward(server, client, 1, toClient, opened);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void forward(Socket from, Socket to, int direction, Object lock, long notBefore) {
        BlockingQueue<Piece> inFlight = new LinkedBlockingQueue<>();
        start(() -> {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[PIECE_BYTES];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                byte[] bytes = java.util.Arrays.copyOf(buffer, length);
                long departsAt;
                synchronized (lock) {
                    long now = Math.max(System.nanoTime(), notBefore);
                    departsAt = Math.max(now, freeAt[direction]) + (long) (length * nanosPerByte);
                    freeAt[direction] = departsAt;
                }
                inFlight.add(new Piece(bytes, departsAt + delayNanos));
                sleepUntil(departsAt - MAX_QUEUE_NANOS);
            }
            inFlight.add(new Piece(new byte[0], System.nanoTime() + delayNanos));
        });
        start(() -> {
            OutputStream out = to.getOutputStream();
            while (true) {
                Piece piece = inFlight.take();
                sleepUntil(piece.arrivesAt());
                if (piece.bytes().length == 0) {
                    to.shutdownOutput();
                    return;
                }
                out.write(piece.bytes());
            }
        });
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long remaining = nanos - System.nanoTime();
        if (remaining > 0) {
            TimeUnit.NANOSECONDS.sleep(remaining);
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // one side has disconnected
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
