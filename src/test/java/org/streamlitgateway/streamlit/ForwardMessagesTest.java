package org.streamlitgateway.streamlit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForwardMessagesTest {
    @Test
    void sessionIdIsFoundBetweenOtherFields() {
        byte[] initialize = concat(field(1, bytes("user")), field(6, bytes("session-7")), field(8, bytes("x")));
        byte[] message = concat(
                field(1, bytes("hash")),
                field(2, concat(new byte[] {8, 1})),
                field(4, concat(field(2, bytes("run")), field(1, initialize))));

        assertEquals("session-7", ForwardMessages.sessionId(ByteBuffer.wrap(message)));
    }

    @Test
    void logInRedirectGetsThePrefixAndNothingElseChanges() {
        byte[] message = concat(
                field(1, bytes("hash")), field(24, field(1, bytes("/auth/login?provider=x"))), field(2, bytes("meta")));
        byte[] expected = concat(
                field(1, bytes("hash")),
                field(2, bytes("meta")),
                field(24, field(1, bytes("/ctx/auth/login?provider=x"))));

        assertEquals(ByteBuffer.wrap(expected), ForwardMessages.withPrefix(ByteBuffer.wrap(message), "/ctx"));
    }

    @Test
    void foreignRedirectsAndOtherMessagesAreUnchanged() {
        byte[] foreign = field(24, field(1, bytes("https://login.example/x")));
        byte[] prefixed = field(24, field(1, bytes("/ctx/auth/login")));
        byte[] delta = field(5, bytes("/auth/login"));

        assertNull(ForwardMessages.withPrefix(ByteBuffer.wrap(foreign), "/ctx"));
        assertNull(ForwardMessages.withPrefix(ByteBuffer.wrap(prefixed), "/ctx"));
        assertNull(ForwardMessages.withPrefix(ByteBuffer.wrap(delta), "/ctx"));
    }

    @Test
    void arbitraryBytesAreInspectedWithoutFailure() {
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            ByteBuffer message = ByteBuffer.wrap(noise);
            ForwardMessages.sessionId(message);
            ForwardMessages.withPrefix(message, "/ctx");
            assertEquals(noise.length, message.remaining());
        }
    }

    private static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, number << 3 | 2);
        varint(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int remaining = value;
        while (remaining > 0x7f) {
            out.write(remaining & 0x7f | 0x80);
            remaining >>>= 7;
        }
        out.write(remaining);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
