package org.streamlitgateway.process;

import java.io.IOException;
import java.io.Reader;

/** Lines of a bounded length: a longer one comes in parts. */
final class LineReader {
    static final int MAX_CHARACTERS = 2000;

    private final Reader reader;
    private boolean afterReturn;

    LineReader(Reader reader) {
        this.reader = reader;
    }

    /** {@code null} at the end. Lines end with LF, CR or CRLF. */
    String next() throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_CHARACTERS) {
            int c = reader.read();
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            boolean secondOfPair = afterReturn && c == '\n';
            afterReturn = c == '\r';
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
