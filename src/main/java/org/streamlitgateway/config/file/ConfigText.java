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

/** The text of a file that a person has written, whatever lies there: read within a bound, and never waiting. */
public final class ConfigText {
    /** Some thousand apps. */
    public static final int MAX_BYTES = 1 << 20;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private ConfigText() {}

    /** A file cannot be used; the message says why, in words for whoever wrote it. */
    public static final class UnusableException extends IOException {
        private final int line;

        UnusableException(int line, String message) {
            super(message);
            this.line = line;
        }

        public Problem in(Path file) {
            return new Problem(line == 0 ? file.toString() : file + ":" + line, getMessage());
        }
    }

    /**
     * All bytes of a file.
     *
     * @throws IOException when there is no such file, or it is a folder, a device, a pipe or too large; the message says
     *     why
     */
    public static byte[] bytes(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new UnusableException(0, "cannot be read: it does not exist");
        }
        if (!Files.isRegularFile(file)) { // to open a pipe would wait for its other end
            throw new UnusableException(
                    0, Files.isDirectory(file) ? "is a folder; name a file" : "is not a plain file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new UnusableException(0, "is larger than " + (MAX_BYTES >> 20) + " MiB");
            }
            return bytes;
        } catch (AccessDeniedException denied) {
            throw new UnusableException(0, "cannot be read: permission denied");
        } catch (UnusableException told) {
            throw told;
        } catch (IOException unreadable) {
            throw new UnusableException(0, "cannot be read: " + unreadable.getMessage());
        }
    }

    /** UTF-8, with or without a byte order mark, and without control characters. */
    public static String read(Path file) throws UnusableException {
        byte[] bytes;
        try {
            bytes = bytes(file);
        } catch (UnusableException told) {
            throw told;
        } catch (IOException impossible) {
            throw new UnusableException(0, "cannot be read");
        }
        String text = decoded(bytes);
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
            } else if (c < ' ' && c != '\t' && c != '\r' || c == 0x7f) {
                throw new UnusableException(line, String.format("holds the control character U+%04X", (int) c));
            }
        }
        return text;
    }

    private static String decoded(byte[] bytes) throws UnusableException {
        if (bytes.length >= 2
                && (bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff
                        || bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe)) {
            throw new UnusableException(1, "is in UTF-16; save it in UTF-8");
        }
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult end = utf8.decode(in, out, true);
        out.flip();
        if (end.isError()) {
            long lines = out.chars().filter(c -> c == '\n').count();
            throw new UnusableException((int) lines + 1, "is not in UTF-8; save it in UTF-8");
        }
        return out.length() > 0 && out.charAt(0) == BYTE_ORDER_MARK
                ? out.subSequence(1, out.length()).toString()
                : out.toString();
    }
}
