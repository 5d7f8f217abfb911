package org.streamlitgateway.config.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.streamlitgateway.config.Problem;

/** Reads files written by users: with a size limit, and without blocking on pipes and devices. */
public final class ConfigText {
    /** Enough for some thousand apps. */
    public static final int MAX_BYTES = 1 << 20;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private ConfigText() {}

    /** A file is unusable. The message has the reason, as a predicate to the file's name, for its author. */
    public static final class UnusableException extends IOException {
        private final int line;

        UnusableException(int line, String message) {
            super(message);
            this.line = line;
        }

        /** Returns this as a problem of the file, with the line if it is known. */
        public Problem in(Path file) {
            return new Problem(line == 0 ? file.toString() : file + ":" + line, getMessage());
        }
    }

    /**
     * Returns the bytes of a file.
     *
     * @throws IOException if the file does not exist, is a folder, a device or a pipe, or is too large; the message has the
     *     reason
     */
    public static byte[] bytes(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new UnusableException(0, "cannot be read: it does not exist");
        }
        if (!Files.isRegularFile(file)) { // opening a pipe would block until its other end is open
            throw new UnusableException(
                    0, Files.isDirectory(file) ? "is a folder; give a file" : "is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new UnusableException(0, "is larger than " + (MAX_BYTES >> 20) + " MiB");
            }
            return bytes;
        } catch (AccessDeniedException e) {
            throw new UnusableException(0, "cannot be read: permission denied");
        } catch (UnusableException e) {
            throw e;
        } catch (IOException e) {
            throw new UnusableException(0, "cannot be read: " + e.getMessage());
        }
    }

    /** Returns the text of a file: UTF-8, with or without a byte order mark, and without control characters. */
    public static String read(Path file) throws UnusableException {
        byte[] bytes;
        try {
            bytes = bytes(file);
        } catch (UnusableException e) {
            throw e;
        } catch (IOException e) {
            throw new UnusableException(0, "cannot be read");
        }
        String text = decode(bytes);
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
            } else if (c < ' ' && c != '\t' && c != '\r' || c == 0x7f) {
                throw new UnusableException(line, String.format("contains the control character U+%04X", (int) c));
            }
        }
        return text;
    }

    private static String decode(byte[] bytes) throws UnusableException {
        if (bytes.length >= 2
                && (bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff
                        || bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe)) {
            throw new UnusableException(1, "is encoded in UTF-16; save it in UTF-8");
        }
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult end = utf8.decode(in, out, true);
        out.flip();
        if (end.isError()) {
            long lines = out.chars().filter(c -> c == '\n').count();
            throw new UnusableException((int) lines + 1, "is not encoded in UTF-8; save it in UTF-8");
        }
        return out.length() > 0 && out.charAt(0) == BYTE_ORDER_MARK
                ? out.subSequence(1, out.length()).toString()
                : out.toString();
    }
}
