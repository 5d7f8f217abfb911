package org.streamlitgateway.it.hostile;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/** An HTTP/2 client (RFC 9113) that sends any frame, and any header block made of literals. */
final class Http2 implements Closeable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int ACK = 1;

    private final Attacker attacker;
    private final DataInputStream in;
    private final HpackDecoder decoder = new HpackDecoder(1 << 20, System::nanoTime);
    private final String authority;
    private final String scheme;
    private int stream = -1;
    private long window = 65_535;
    private long streamWindow = 65_535;

    /** A frame as received. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record ReceivedFrame(int type, int flags, int stream, byte[] payload) {}

    private Http2(Attacker attacker, String authority, String scheme) {
        this.attacker = attacker;
        this.authority = authority;
        this.scheme = scheme;
        in = new DataInputStream(attacker.in());
    }

    /** Connects without TLS by prior knowledge, or with TLS by negotiation. */
    static Http2 open(AttackTarget t) throws IOException {
        Attacker attacker = t.isSecure() ? t.connectTls("h2") : t.connect();
        Http2 client = new Http2(attacker, t.authority(), t.isSecure() ? "https" : "http");
        attacker.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        client.frame(SETTINGS, 0, 0);
        ReceivedFrame first = client.read();
        while (first.type() != SETTINGS) {
            first = client.read();
        }
        client.frame(SETTINGS, ACK, 0);
        return client;
    }

    Attacker attacker() {
        return attacker;
    }

    /** Sends a request with its four pseudo-headers and these fields, as name, value, name, value …. */
    int request(boolean end, String method, String path, String... fields) throws IOException {
        List<String> all =
                new ArrayList<>(List.of(":method", method, ":scheme", scheme, ":authority", authority, ":path", path));
        all.addAll(List.of(fields));
        return exactly(end, all.toArray(String[]::new));
    }

    /** Sends exactly these fields. */
    int exactly(boolean end, String... fields) throws IOException {
        stream += 2;
        frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
        return stream;
    }

    /** Sends a GET with this additional header block, in as many CONTINUATION frames as needed. */
    int inPieces(byte[] further) throws IOException {
        stream += 2;
        frame(
                HEADERS,
                END_STREAM,
                stream,
                block(":method", "GET", ":scheme", scheme, ":authority", authority, ":path", "/"));
        for (int at = 0; at < further.length; at += 16_000) {
            int end = Math.min(at + 16_000, further.length);
            frame(CONTINUATION, end == further.length ? END_HEADERS : 0, stream, Arrays.copyOfRange(further, at, end));
        }
        return stream;
    }

    /** Opens a WebSocket (RFC 8441 section 5). */
    int webSocket(String path, String... fields) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                scheme,
                ":authority",
                authority,
                ":path",
                path,
                "sec-websocket-version",
                "13",
                "sec-websocket-protocol",
                "streamlit, token"));
        all.addAll(List.of(fields));
        return exactly(false, all.toArray(String[]::new));
    }

    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0); // a literal without indexing, with a new name
            string(block, fields[i]);
            string(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        integer(block, 0, 7, bytes.length);
        block.writeBytes(bytes);
    }

    /** Encodes an integer (RFC 7541 section 5.1). */
    static void integer(ByteArrayOutputStream block, int first, int bits, int value) {
        int max = (1 << bits) - 1;
        if (value < max) {
            block.write(first | value);
            return;
        }
        block.write(first | max);
        int rest = value - max;
        for (; rest >= 128; rest >>= 7) {
            block.write(rest & 127 | 128);
        }
        block.write(rest);
    }

    void frame(int type, int flags, int number, byte... payload) throws IOException {
        attacker.send(bytes(type, flags, number, payload));
    }

    static byte[] bytes(int type, int flags, int number, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(number)
                .put(payload)
                .array();
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    void reset(int number) throws IOException {
        frame(RST_STREAM, 0, number, number(8));
    }

    ReceivedFrame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int number = in.readInt();
        ReceivedFrame frame = new ReceivedFrame(type, flags, number, in.readNBytes(length));
        if (type == WINDOW_UPDATE && number == 0) {
            window += ByteBuffer.wrap(frame.payload()).getInt();
        } else if (type == SETTINGS && flags == 0) {
            ByteBuffer settings = ByteBuffer.wrap(frame.payload());
            while (settings.remaining() >= 6) {
                int name = settings.getShort();
                int value = settings.getInt();
                streamWindow = name == 4 ? value : streamWindow;
            }
        }
        return frame;
    }

    /** Returns the connection's current send window, as far as it has been read. */
    long window() {
        return window;
    }

    /** Sends on this stream until the window of the stream or the connection is used up. */
    void fill(int number) throws IOException {
        long remaining = streamWindow;
        attacker.socket().setSoTimeout(300);
        try {
            while (true) {
                while (window > 0 && remaining > 0) {
                    int part = (int) Math.min(16_000, Math.min(window, remaining));
                    frame(DATA, 0, number, new byte[part]);
                    window -= part;
                    remaining -= part;
                }
                ReceivedFrame frame = read();
                if (frame.type() == WINDOW_UPDATE && frame.stream() == number) {
                    remaining += ByteBuffer.wrap(frame.payload()).getInt();
                }
            }
        } catch (SocketTimeoutException e) {
            attacker.socket().setSoTimeout((int) Attacker.MAX_WAIT.toMillis());
        }
    }

    /**
     * Reads the response on this stream to its end; returns {@link Answer#NONE} if the stream or the connection ends
     * without one.
     */
    Answer answer(int number) throws IOException {
        Answer head = Answer.NONE;
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            while (true) {
                ReceivedFrame frame = read();
                Answer fields = frame.type() == HEADERS ? decode(frame) : null;
                if (frame.type() == SETTINGS && frame.flags() == 0) {
                    frame(SETTINGS, ACK, 0);
                } else if (frame.type() == PING && frame.flags() == 0) {
                    frame(PING, ACK, 0, frame.payload());
                } else if (frame.type() == GOAWAY || frame.type() == RST_STREAM && frame.stream() == number) {
                    return head;
                } else if (frame.stream() == number && fields != null) {
                    head = head.status() == 0 ? fields : head;
                } else if (frame.stream() == number && frame.type() == DATA) {
                    body.writeBytes(frame.payload());
                }
                boolean last = (frame.flags() & END_STREAM) != 0 && (frame.type() == DATA || frame.type() == HEADERS);
                if (frame.stream() == number && last) {
                    return new Answer(head.status(), head.head(), body.toString(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (EOFException | SocketException e) {
            return head;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer within " + Attacker.MAX_WAIT, e);
        }
    }

    /** Reads the head of the next response on this stream; the body remains to be read. */
    Answer head(int number) throws IOException {
        while (true) {
            ReceivedFrame frame = read();
            Answer fields = frame.type() == HEADERS ? decode(frame) : null;
            if (fields != null && frame.stream() == number) {
                return fields;
            }
            if (frame.type() == GOAWAY || frame.type() == RST_STREAM && frame.stream() == number) {
                return Answer.NONE;
            }
        }
    }

    /** Reads the next content on this stream. */
    byte[] data(int number) throws IOException {
        while (true) {
            ReceivedFrame frame = read();
            if (frame.type() == DATA && frame.stream() == number && frame.payload().length > 0) {
                return frame.payload();
            }
            if (frame.type() == HEADERS) {
                decode(frame);
            }
            if (frame.type() == GOAWAY || frame.type() == RST_STREAM && frame.stream() == number) {
                throw new EOFException("frame " + frame.type() + " instead of content");
            }
        }
    }

    private Answer decode(ReceivedFrame frame) throws IOException {
        try {
            MetaData data = decoder.decode(ByteBuffer.wrap(frame.payload()));
            int status = data instanceof MetaData.Response response ? response.getStatus() : 0;
            List<String> lines = new ArrayList<>(List.of("HTTP/2 " + status));
            data.getHttpFields()
                    .forEach(field -> lines.add(field.getName().toLowerCase(Locale.ROOT) + ": " + field.getValue()));
            return new Answer(status, lines, "");
        } catch (HpackException.SessionException | HpackException.StreamException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        attacker.close();
    }
}
