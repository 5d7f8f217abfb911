package org.streamlitgateway.channel.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Puts a subscriber's message together from the parts in which its container hands it over. So memory grows with what
 * has come, not with what a frame announces, and up to a bound: Tomcat would take the whole bound for the first byte.
 * Used by one thread at a time.
 */
final class MessageAssembler {
    private final int most;
    private final StringBuilder text = new StringBuilder(0);
    private final ByteArrayOutputStream binary = new ByteArrayOutputStream(0);

    /** @param most characters or bytes in one message */
    MessageAssembler(int most) {
        this.most = most;
    }

    /** Whether the message would be too large with this part. */
    boolean isTooLarge(int part) {
        return part > most - Math.max(text.length(), binary.size());
    }

    /** The whole message with its last part, or {@code null} when there is more to come. */
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
