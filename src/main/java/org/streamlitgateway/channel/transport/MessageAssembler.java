package org.streamlitgateway.channel.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Assembles a subscriber's message from the parts that the container delivers. Memory grows with the bytes received, up to
 * a limit; Tomcat's own assembly would allocate the limit for the first byte. Not thread-safe.
 */
final class MessageAssembler {
    private final int maxSize;
    private final StringBuilder text = new StringBuilder(0);
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream(0);

    /** @param maxSize maximum characters or bytes of one message */
    MessageAssembler(int maxSize) {
        this.maxSize = maxSize;
    }

    /** Checks whether a part of this size would make the message too large. */
    boolean isTooLarge(int part) {
        return part > maxSize - Math.max(text.length(), binary.size());
    }

    /** Adds a part. Returns the message with its last part, and {@code null} before. */
    String add(String part, boolean last) {
        if (last && text.length() == 0) {
            return part;
        }
        text.append(part);
        if (!last) {
            return null;
        }
        String whole = text.toString();
        text.setLength(0);
        text.trimToSize();
        return whole;
    }

    /** Like {@link #add(String, boolean)}. */
    byte[] add(ByteBuffer part, boolean last) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        if (last && binary.size() == 0) {
            return bytes;
        }
        binary.writeBytes(bytes);
        if (!last) {
            return null;
        }
        byte[] whole = binary.toByteArray();
        binary.reset();
        return whole;
    }
}
