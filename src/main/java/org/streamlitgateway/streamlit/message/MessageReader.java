package org.streamlitgateway.streamlit.message;

import java.nio.ByteBuffer;

/** Reader of the messages of one direction of a session. Used by one thread at a time. */
public interface MessageReader {
    /** Starts a message. */
    void begin();

    /**
     * Reads the next portion of the message. Positions of the buffer are not changed.
     *
     * @param mask mask of the frame, its first byte in the highest bits; 0 if there is none
     * @param offset position of the portion in the payload of its frame
     */
    void read(ByteBuffer bytes, int at, int count, int mask, long offset);

    /** Ends the message. */
    void end();
}
