package org.streamlitgateway.doctor.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builder of the messages that Streamlit's page sends (BackMsg). */
final class BackMessages {
    private static final int RERUN_SCRIPT = 11;
    private static final int CONTEXT_INFO = 8;
    private static final int URL = 4;
    private static final int FILE_URLS_REQUEST = 16;
    private static final int REQUEST_ID = 1;
    private static final int FILE_NAMES = 2;
    private static final int SESSION_ID = 3;

    /** A field that Streamlit does not know, and therefore ignores. */
    private static final int PADDING = 2047;

    private BackMessages() {}

    /** Builds the request to run the script, which is the page's first message. */
    static byte[] rerun(String url) {
        return field(RERUN_SCRIPT, field(CONTEXT_INFO, text(URL, url)));
    }

    /**
     * Builds the request for an upload address, which changes nothing in the app.
     *
     * @param padding bytes that make the message larger and that Streamlit ignores
     */
    static byte[] fileUrls(String requestId, String session, int padding) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(text(REQUEST_ID, requestId));
        request.writeBytes(text(FILE_NAMES, "doctor.bin"));
        request.writeBytes(text(SESSION_ID, session));
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(field(FILE_URLS_REQUEST, request.toByteArray()));
        if (padding > 0) {
            message.writeBytes(field(PADDING, new byte[padding]));
        }
        return message.toByteArray();
    }

    private static byte[] text(int number, String value) {
        return field(number, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        putVarint(field, number << 3 | 2);
        putVarint(field, content.length);
        field.writeBytes(content);
        return field.toByteArray();
    }

    private static void putVarint(ByteArrayOutputStream out, int value) {
        int remaining = value;
        while ((remaining & ~0x7f) != 0) {
            out.write(remaining & 0x7f | 0x80);
            remaining >>>= 7;
        }
        out.write(remaining);
    }
}
