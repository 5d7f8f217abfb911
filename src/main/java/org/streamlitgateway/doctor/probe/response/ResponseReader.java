package org.streamlitgateway.doctor.probe.response;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.doctor.probe.response.ProbeException.Kind;
import org.streamlitgateway.doctor.probe.response.Response.Field;
import org.streamlitgateway.outcome.Printable;

/** Reads one response (RFC 9112). Lenient where a browser is, but every part has a bound. */
public final class ResponseReader {
    /** Instead of a number of bytes to keep: the rest of the body after its first byte is not awaited. */
    public static final int BEGINNING = -1;

    private static final int MAX_HEAD = 64 << 10;
    private static final int MAX_INTERIM = 5;

    /** Length after which the rest of a body is not awaited. */
    private static final long MAX_BODY = 32 << 20;

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-9]\\d\\d)(?: .*)?");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,15}");
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,8})\\s*(?:;.*)?");

    private final InputStream in;
    private final boolean headOnly;
    private final int maxBody;
    private int headBytes;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private long length;

    /**
     * Creates a reader for one response.
     *
     * @param headOnly whether the request was a HEAD
     * @param maxBody number of bytes of the body to keep, or {@link #BEGINNING}
     */
    public ResponseReader(InputStream in, boolean headOnly, int maxBody) {
        this.in = in;
        this.headOnly = headOnly;
        this.maxBody = maxBody;
    }

    /**
     * Reads the response.
     *
     * @param sent when the request's last byte was sent, as {@link System#nanoTime}
     */
    public Response read(long sent) throws IOException {
        int status = status();
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sent);
        List<Field> fields = fields();
        for (int i = 0; status < 200 && status != 101; i++) {
            if (i == MAX_INTERIM) {
                throw new ProbeException(Kind.NOT_HTTP, "too many interim answers");
            }
            status = status();
            fields = fields();
        }
        Response head = new Response(status, fields, "", 0, true, millis);
        boolean complete = headOnly || status == 101 || status == 204 || status == 304 || readBody(head);
        return new Response(status, fields, body.toString(StandardCharsets.UTF_8), length, complete, millis);
    }

    private int status() throws IOException {
        String line = line();
        if (line == null) {
            throw new ProbeException(Kind.CLOSED, "the connection was closed without an answer");
        }
        Matcher status = STATUS_LINE.matcher(line);
        if (!status.matches()) {
            throw new ProbeException(Kind.NOT_HTTP, "the answer is not HTTP/1: '" + Printable.of(line, 60) + "'");
        }
        return Integer.parseInt(status.group(1));
    }

    private List<Field> fields() throws IOException {
        List<Field> fields = new ArrayList<>();
        while (true) {
            String line = line();
            if (line == null) {
                throw new ProbeException(Kind.CLOSED, "the connection was closed within the answer's head");
            }
            if (line.isEmpty()) {
                return fields;
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.add(new Field(
                        line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim()));
            }
        }
    }

    /** Reads a line of the head without its end; {@code null} if there is none. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (++headBytes > MAX_HEAD) {
                throw new ProbeException(Kind.NOT_HTTP, "the answer's head exceeds " + MAX_HEAD + " bytes");
            }
            if (next == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(next);
        }
    }

    /** Returns whether the whole body was received. */
    private boolean readBody(Response head) throws IOException {
        try {
            if (head.header("transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
                return readChunks();
            }
            String declared = head.header("content-length");
            if (LENGTH.matcher(declared).matches()) {
                return keep(Long.parseLong(declared));
            }
            return readToEnd();
        } catch (EOFException e) {
            return false;
        }
    }

    private boolean readToEnd() throws IOException {
        try {
            keep(MAX_BODY);
            return false;
        } catch (EOFException e) {
            return true; // the end of the connection is the end of the body
        }
    }

    private boolean readChunks() throws IOException {
        while (true) {
            headBytes = 0;
            String line = line();
            Matcher chunk = CHUNK.matcher(line == null ? "" : line);
            if (!chunk.matches()) {
                return false;
            }
            long size = Long.parseLong(chunk.group(1), 16);
            if (size == 0) {
                return true;
            }
            if (!keep(size) || line() == null) {
                return false;
            }
        }
    }

    /** Reads this many bytes, of which the first are kept; returns false if they are more than the bound. */
    private boolean keep(long count) throws IOException {
        byte[] buffer = new byte[8 << 10];
        long end = length + count;
        while (length < Math.min(end, MAX_BODY)) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, end - length));
            if (read < 0 || maxBody == BEGINNING) {
                throw new EOFException();
            }
            body.write(buffer, 0, Math.max(0, Math.min(read, maxBody - body.size())));
            length += read;
        }
        return length == end;
    }
}
