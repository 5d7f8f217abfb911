package org.streamlitgateway.process;

import java.io.IOException;
import java.io.Reader;

/** Reads lines of bounded length; a longer line is split. Not thread-safe. */
final class LineReader {
    static final int MAX_CHARACTERS = 2000;

    private final Reader reader;
    private boolean afterCarriageReturn;

    LineReader(Reader reader) {
        this.reader = reader;
    }

    /** Returns the next line, or {@code null} at the end of input. Lines end with LF, CR or CRLF. */
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_CHARACTERS) {
            int c = reader.read();
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            boolean secondOfPair = afterCarriageReturn && c == '\n';
            afterCarriageReturn = c == '\r';
            if (c == '\n' || c == '\r') {
                if (!secondOfPair) {
                    return line.toString();
                }
            } else {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
