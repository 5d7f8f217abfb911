package org.streamlitgateway.doctor.probe;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.websocket.frame.CloseStatus;
import org.streamlitgateway.websocket.frame.FrameHeader;
import org.streamlitgateway.websocket.frame.FrameWriter;

/** An open WebSocket. Answers pings, as a browser does, while it waits for a message. Used by one thread. */
public final class WebSocket implements Closeable {
    /** Beginning of a message that is kept; the rest is only counted. */
    private static final int MAX_KEPT = 256 << 10;

    private static final long MAX_MESSAGE = 256L << 20;
    private static final int NORMAL = 1000;

    private final Connection connection;
    private final InputStream in;
    private final FrameHeader header = new FrameHeader(false, MAX_MESSAGE);
    private final ByteBuffer headBytes = ByteBuffer.allocate(FrameHeader.MAX_BYTES);
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private final ByteArrayOutputStream controlPayload = new ByteArrayOutputStream();

    /** Number of bytes of the current header so far. */
    private int headEnd;

    private boolean inPayload;
    private long payloadLeft;
    private long messageLength;
    private int pings;

    /** How the socket has ended; {@code null} while it is open. */
    private Event end;

    WebSocket(Connection connection) {
        this.connection = connection;
        in = connection.in();
    }

    /**
     * The answer to a handshake.
     *
     * @param socket the open socket, or {@code null} if the handshake was refused
     */
    public record Answer(Response response, WebSocket socket) implements Closeable {
        @Override
        public void close() {
            if (socket != null) {
                socket.close();
            }
        }
    }

    /** What happened on the socket. */
    public enum Kind {
        MESSAGE,
        /** The peer sent a close frame. */
        CLOSED,
        /** The connection ended without a close frame. */
        CUT,
        /** Nothing happened within the time. */
        QUIET,
        /** The peer broke the protocol. */
        INVALID
    }

    /**
     * One event.
     *
     * @param message the first bytes of a message, otherwise empty
     * @param length length of the message
     * @param code close code, or 0
     * @param text reason of a close frame, or the violation of the protocol
     */
    public record Event(Kind kind, ByteBuffer message, long length, int code, String text) {
        private static Event without(Kind kind) {
            return new Event(kind, ByteBuffer.allocate(0), 0, 0, "");
        }

        /** Describes the end of the socket for a report. */
        public String ending() {
            return switch (kind) {
                case CLOSED -> "closed with code " + code + (text.isEmpty() ? "" : " '" + text + "'");
                case CUT -> "cut without a close frame";
                case INVALID -> "broken: " + text;
                case QUIET -> "silent";
                case MESSAGE -> "answered with something else";
            };
        }
    }

    /** Returns the number of pings that the peer has sent. */
    public int pings() {
        return pings;
    }

    /**
     * Sends a binary message.
     *
     * @param message masked in place
     */
    public void send(byte[] message) throws ProbeException {
        connection.write(FrameWriter.maskedBinary(message));
    }

    /** Waits for the next message or the end. A frame that has arrived in part when the time ends is continued next time. */
    public Event next(Duration time) {
        if (end != null) {
            return end;
        }
        Event event = await(System.nanoTime() + time.toNanos());
        if (event.kind() != Kind.MESSAGE && event.kind() != Kind.QUIET) {
            end = event;
        }
        return event;
    }

    private Event await(long deadline) {
        try {
            Event event = null;
            while (event == null) {
                event = frame(deadline);
            }
            return event;
        } catch (SocketTimeoutException e) {
            return Event.without(Kind.QUIET);
        } catch (IOException e) {
            return Event.without(Kind.CUT);
        }
    }

    /** Reads the rest of a frame; returns the event that it is or completes, or {@code null}. */
    private Event frame(long deadline) throws IOException {
        if (!inPayload) {
            readHeader(deadline);
            Outcome violation = header.violation();
            if (violation != null) {
                return new Event(Kind.INVALID, ByteBuffer.allocate(0), 0, 0, violation.text());
            }
            if (!header.isControl()) {
                header.beginPayload();
            }
            inPayload = true;
            payloadLeft = header.length();
        }
        readPayload(deadline);
        inPayload = false;
        headEnd = 0;
        if (header.isControl()) {
            return control();
        }
        return header.endPayload() ? message() : null;
    }

    private Event message() {
        ByteBuffer bytes = ByteBuffer.wrap(message.toByteArray());
        Event event = new Event(Kind.MESSAGE, bytes, messageLength, 0, "");
        message.reset();
        messageLength = 0;
        return event;
    }

    private void readHeader(long deadline) throws IOException {
        do {
            limit(deadline);
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            headBytes.put(headEnd++, (byte) next);
        } while (header.read(headBytes, 0, headEnd) == 0);
    }

    private void readPayload(long deadline) throws IOException {
        byte[] buffer = new byte[16 << 10];
        ByteArrayOutputStream kept = header.isControl() ? controlPayload : message;
        while (payloadLeft > 0) {
            limit(deadline);
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, payloadLeft));
            if (read < 0) {
                throw new EOFException();
            }
            kept.write(buffer, 0, Math.max(0, Math.min(read, MAX_KEPT - kept.size())));
            messageLength += header.isControl() ? 0 : read;
            payloadLeft -= read;
        }
    }

    /** Answers a control frame; returns the event of a close frame, otherwise {@code null}. */
    private Event control() throws IOException {
        byte[] payload = controlPayload.toByteArray();
        controlPayload.reset();
        if (header.opcode() == FrameHeader.PING) {
            pings++;
            connection.write(FrameWriter.pong(payload, true));
        }
        if (header.opcode() != FrameHeader.CLOSE) {
            return null;
        }
        int code = CloseStatus.code(payload);
        String reason = payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        return new Event(Kind.CLOSED, ByteBuffer.allocate(0), 0, code, Printable.of(reason, 123));
    }

    private void limit(long deadline) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        connection.limitRead(Duration.ofNanos(left));
    }

    /** Closes the WebSocket and waits for the peer's close frame, so that Streamlit knows that the page has left. */
    public void leave(Duration time) {
        try {
            connection.write(FrameWriter.close(new CloseStatus(NORMAL, ""), true));
            long deadline = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < deadline
                    && next(Duration.ofNanos(deadline - System.nanoTime())).kind() == Kind.MESSAGE) {
                // messages that were on their way
            }
        } catch (ProbeException e) {
            // it has ended already
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
