package org.streamlitgateway.splice;

import jakarta.servlet.http.WebConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * A socket of Tomcat's. Tomcat calls {@link #upgradeDispatch} when one of the events has come that we have registered
 * for; it closes the socket when that says so, and at no other time, for it uses what belongs to a socket again for the
 * next. All use of the socket is therefore under the lock of this, and none waits.
 *
 * <p>Public because Tomcat makes it.
 */
public final class TomcatWire implements InternalHttpUpgradeHandler, Wire {
    private Consumer<Wire> onOpen;
    private Set<TomcatWire> open;
    private SocketWrapperBase<?> socket;
    private boolean secure;

    /** What one read gives at most: Tomcat's {@code socket.appReadBufSize}. */
    private int readBytes;

    private Callback readable;
    private Callback taken;

    /** Nobody wants it any more. */
    private volatile boolean closing;

    /** From now on the socket is Tomcat's. */
    private boolean gone;

    /** Called by Tomcat. */
    public TomcatWire() {}

    /** @param open where it is to be found while it is open */
    void use(Consumer<Wire> onOpen, Set<TomcatWire> open) {
        this.onOpen = onOpen;
        this.open = open;
    }

    // --- Tomcat's

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
        socket = wrapper;
        secure = wrapper.getSslSupport() != null;
        readBytes = wrapper.getSocketBufferHandler().getReadBuffer().capacity();
    }

    /** The 101 has been sent. */
    @Override
    public void init(WebConnection connection) {
        open.add(this);
        onOpen.accept(this);
    }

    /** No event is waited for but those that we register for. */
    @Override
    public boolean hasAsyncIO() {
        return true;
    }

    @Override
    public SocketState upgradeDispatch(SocketEvent event) {
        switch (event) {
            case OPEN_READ -> {
                Callback waiting = takeReadable();
                if (waiting != null) {
                    waiting.succeeded();
                }
            }
            case OPEN_WRITE -> writable();
            default -> lost(); // the container stops, or the connection has broken
        }
        return state();
    }

    private synchronized SocketState state() {
        if (closing && !gone) {
            gone = true;
            open.remove(this);
        }
        return gone ? SocketState.CLOSED : SocketState.ASYNC_IO;
    }

    /** The socket has been closed. */
    @Override
    public void destroy() {
        lost();
    }

    private void lost() {
        Callback reading;
        Callback writing;
        synchronized (this) {
            gone = true;
            reading = takeReadable();
            writing = takeTaken();
        }
        open.remove(this);
        EOFException why = new EOFException();
        if (reading != null) {
            reading.failed(why);
        }
        if (writing != null) {
            writing.failed(why);
        }
    }

    private synchronized Callback takeReadable() {
        Callback waiting = readable;
        readable = null;
        return waiting;
    }

    private synchronized Callback takeTaken() {
        Callback waiting = taken;
        taken = null;
        return waiting;
    }

    private void writable() {
        IOException failure = null;
        try {
            synchronized (this) {
                if (gone || taken == null) {
                    return;
                }
                if (socket.flush(false)) {
                    socket.registerWriteInterest();
                    return;
                }
            }
        } catch (IOException lost) {
            failure = lost;
        }
        Callback waiting = takeTaken();
        if (waiting != null && failure == null) {
            waiting.succeeded();
        } else if (waiting != null) {
            waiting.failed(failure);
        }
    }

    @Override
    public void timeoutAsync(long now) {
        // the keep-alive finds dead peers
    }

    @Override
    public void setSslSupport(SSLSupport support) {
        // of no interest
    }

    @Override
    public void pause() {
        // of no interest
    }

    // --- the side's

    @Override
    public synchronized int fill(ByteBuffer bytes) throws IOException {
        if (gone) {
            return -1;
        }
        int position = BufferUtil.flipToFill(bytes);
        try {
            return socket.read(false, bytes);
        } catch (EOFException end) {
            return -1;
        } finally {
            BufferUtil.flipToFlush(bytes, position);
        }
    }

    @Override
    public boolean isDry(int filled, int room) {
        return filled == 0 || !secure && filled < Math.min(room, readBytes);
    }

    @Override
    public void awaitReadable(Callback callback) {
        synchronized (this) {
            if (!gone) {
                readable = callback;
                socket.registerReadInterest();
                return;
            }
        }
        callback.failed(new EOFException());
    }

    /** Tomcat keeps what the system does not take: no more than a side writes at a time. */
    @Override
    public synchronized boolean flush(ByteBuffer bytes) throws IOException {
        if (gone) {
            throw new EOFException();
        }
        socket.write(false, bytes);
        return !socket.flush(false);
    }

    @Override
    public void write(ByteBuffer bytes, Callback callback) {
        synchronized (this) {
            if (!gone) {
                taken = callback;
                socket.registerWriteInterest();
                return;
            }
        }
        callback.failed(new EOFException());
    }

    /** Tomcat keeps it for {@link #fill}. */
    @Override
    public ByteBuffer takeEarly() {
        return null;
    }

    @Override
    public boolean isOpen() {
        return !closing;
    }

    /** Lets Tomcat call, and be told. */
    @Override
    public void close() {
        synchronized (this) {
            if (closing || gone) {
                closing = true;
                return;
            }
            closing = true;
        }
        socket.processSocket(SocketEvent.OPEN_READ, true);
    }
}
