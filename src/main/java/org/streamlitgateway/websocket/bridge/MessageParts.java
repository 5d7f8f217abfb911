package org.streamlitgateway.websocket.bridge;

import java.nio.ByteBuffer;
import org.streamlitgateway.observe.MessageObserver;

/** Reports the parts of one direction's messages. Used by one thread at a time. */
final class MessageParts {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final MessageObserver observer;
    private boolean begun;

    MessageParts(MessageObserver observer) {
        this.observer = observer;
    }

    void binary(ByteBuffer part, boolean last) {
        begin(true);
        observer.portion(part, part.position(), part.remaining(), 0, 0);
        end(last);
    }

    /** @param size characters, of which there are no more than bytes */
    void text(int size, boolean last) {
        begin(false);
        observer.portion(NOTHING, 0, size, 0, 0);
        end(last);
    }

    private void begin(boolean binary) {
        if (!begun) {
            begun = true;
            observer.begin(binary);
        }
    }

    private void end(boolean last) {
        if (last) {
            begun = false;
            observer.end();
        }
    }
}
