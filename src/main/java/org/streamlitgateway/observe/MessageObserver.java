package org.streamlitgateway.observe;

import java.nio.ByteBuffer;

/** Observer of the messages of one direction of a session. Used by one thread at a time. */
public interface MessageObserver {
    /** Starts a message; {@code binary} as Streamlit's are. */
    void begin(boolean binary);

    /**
     * Observes a portion of the current message. Positions of the buffer are not changed.
     *
     * @param mask mask of the frame, its first byte in the highest bits; 0 if there is none
     * @param offset position of the portion in the payload of its frame
     */
    void portion(ByteBuffer bytes, int at, int count, int mask, long offset);

    /** Ends the current message. */
    void end();
}
