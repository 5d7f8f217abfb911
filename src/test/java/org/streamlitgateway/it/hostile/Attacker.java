package org.streamlitgateway.it.hostile;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A client that sends any bytes over TCP or TLS and reads any response. */
final class Attacker implements Closeable {
    /** Longest wait for a response: an attack that stalls the client has succeeded. */
    static final Duration MAX_WAIT = Duration.ofSeconds(10);

    /** Receive buffer: small, so that the gateway notices when the client does not read. */
    private static final int RECEIVE_BYTES = 32 * 1024;

    private final Socket socket;
    private final InputStream in;

    Attacker(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) MAX_WAIT.toMillis());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
    }

    /** @param from loopback address of the client; each counts as a separate client */
    static Attacker connect(InetSocketAddress to, String from) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BYTES);
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(to, (int) MAX_WAIT.toMillis());
        return new Attacker(socket);
    }

    InputStream in() {
        return in;
    }

    Socket socket() {
        return socket;
    }

    /** Sends text as ISO-8859-1. */
    Attacker send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Attacker send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends text that a peer may cut short because it has already refused it. */
    Attacker trySend(String text) {
        try {
            send(text);
        } catch (IOException e) {
            // the response decides
        }
        return this;
    }

    /** Reads the next final response to a GET; {@link Answer#NONE} if the connection ends instead. */
    Answer answer() throws IOException {
        return answer("GET");
    }

    Answer answer(String method) throws IOException {
        try {
            Answer answer = read(method);
            while (answer.status() >= 100 && answer.status() < 200 && answer.status() != 101) {
                answer = read(method);
            }
            return answer;
        } catch (EOFException | SocketException e) {
            return Answer.NONE;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer within " + MAX_WAIT, e);
        }
    }

    private Answer read(String method) throws IOException {
        List<String> head = new ArrayList<>();
        for (String line = line(); !line.isEmpty() || head.isEmpty(); line = line()) {
            head.add(line);
        }
        Answer answer = new Answer(status(head.get(0)), head, "");
        boolean bodiless =
                method.equals("HEAD") || answer.status() < 200 || answer.status() == 204 || answer.status() == 304;
        return bodiless ? answer : new Answer(answer.status(), head, body(answer));
    }

    private static int status(String line) {
        if (!line.matches("HTTP/1\\.[01] \\d{3}.*")) {
            throw new AssertionError("not a status line: " + line);
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private String body(Answer answer) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String length = answer.first("Content-Length");
        if (answer.first("Transfer-Encoding").toLowerCase(Locale.ROOT).endsWith("chunked")) {
            for (int size = chunk(); size > 0; size = chunk()) {
                body.write(exactly(size));
                line();
            }
            while (!line().isEmpty()) {
                // skips trailers
            }
        } else if (!length.isEmpty()) {
            body.write(exactly(Integer.parseInt(length)));
        } else {
            in.transferTo(body);
        }
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line().replaceFirst(";.*", "").strip(), 16);
    }

    private byte[] exactly(int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the response was truncated");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            line.append((char) b);
        }
        int end = line.length() - 1;
        return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
    }

    /** Returns whether the connection ends within this time, whatever is received before. */
    boolean endsWithin(Duration time) throws IOException {
        long deadline = System.nanoTime() + time.toNanos();
        byte[] rest = new byte[1 << 14];
        try {
            while (true) {
                long remaining = (deadline - System.nanoTime()) / 1_000_000;
                if (remaining <= 0) {
                    return false;
                }
                socket.setSoTimeout((int) remaining);
                if (in.read(rest) < 0) {
                    return true;
                }
            }
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
