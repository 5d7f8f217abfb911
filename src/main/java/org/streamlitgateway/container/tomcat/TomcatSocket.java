package org.streamlitgateway.container.tomcat;

import jakarta.servlet.http.WebConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.container.OpenSockets;
import org.streamlitgateway.container.RawSocket;

/**
 * Socket taken over from Tomcat. Tomcat calls {@link #upgradeDispatch} for each event and holds the socket's lock
 * meanwhile. Every use of the socket holds that lock, because Tomcat reuses the parts of a closed socket for the next
 * one. No thread waits while holding it.
 *
 * <p>Public because Tomcat instantiates it.
 */
public final class TomcatSocket implements InternalHttpUpgradeHandler, RawSocket {
    private static final Logger LOG = LoggerFactory.getLogger(TomcatSocket.class);

    private Consumer<RawSocket> onOpen;
    private OpenSockets open;
    private SocketWrapperBase<?> socket;
    private Lock lock;
    private boolean secure;

    /** Limit of one read: Tomcat's {@code socket.appReadBufSize}. */
    private int readBytes;

    // the rest is guarded by the lock

    private Callback readCallback;
    private Callback writeCallback;

    /** Events that came without a callback: NIO2 has unrequested ones, and reports each event once. */
    private boolean readableSeen;

    private boolean writableSeen;

    /** Whether Tomcat's buffers, for which there are no events, are empty. */
    private boolean drained = true;

    /** Whether Tomcat is calling. It closes the socket when the call reports that it is closed. */
    private boolean inTomcatCall;

    private volatile boolean closed;

    /** Called by Tomcat. */
    public TomcatSocket() {}

    /** @param open contains this socket while it is open */
    void use(Consumer<RawSocket> onOpen, OpenSockets open) {
        this.onOpen = onOpen;
        this.open = open;
    }

    // --- calls by Tomcat

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
        lock = TomcatLinkCheck.lockOf(wrapper);
        socket = wrapper;
        secure = wrapper.getSslSupport() != null;
        readBytes = wrapper.getSocketBufferHandler().getReadBuffer().capacity();
    }

    /** Called after the 101 has been sent. */
    @Override
    public void init(WebConnection connection) {
        run(() -> {
            onOpen.accept(this);
            open.add(this);
        });
        if (closed) {
            socket.processSocket(SocketEvent.OPEN_READ, true); // upgradeDispatch then reports the close
        }
    }

    /** Returns true: Tomcat then reports only events that were registered for. */
    @Override
    public boolean hasAsyncIO() {
        return true;
    }

    @Override
    public SocketState upgradeDispatch(SocketEvent event) {
        switch (event) {
            case OPEN_READ -> run(this::readable);
            case OPEN_WRITE -> run(this::writable);
            default -> markClosed(); // the container stops, or the connection is broken
        }
        return detectClose() ? SocketState.CLOSED : SocketState.ASYNC_IO;
    }

    private void run(Runnable work) {
        lock.lock();
        inTomcatCall = true;
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.error("unexpected failure on a Tomcat socket; closing it", e);
            markClosed();
        } finally {
            inTomcatCall = false;
            lock.unlock();
        }
    }

    private void readable() {
        Callback callback = readCallback;
        readCallback = null;
        readableSeen = callback == null;
        if (callback != null) {
            callback.succeeded();
        }
    }

    private void writable() {
        Callback callback = writeCallback;
        writableSeen = callback == null;
        if (writableSeen || closed) {
            return;
        }
        try {
            if (socket.flush(false)) {
                socket.registerWriteInterest();
                return;
            }
        } catch (IOException e) {
            writeCallback = null;
            callback.failed(e);
            return;
        }
        writeCallback = null;
        callback.succeeded();
    }

    /** Called after the socket has been closed. */
    @Override
    public void destroy() {
        markClosed();
    }

    /** Returns whether the socket is closed, and handles a close that Tomcat did not report. */
    private boolean detectClose() {
        if (!closed && socket.isClosed()) {
            markClosed();
        }
        return closed;
    }

    private void markClosed() {
        Callback reading;
        Callback writing;
        lock.lock();
        try {
            closed = true;
            reading = readCallback;
            writing = writeCallback;
            readCallback = null;
            writeCallback = null;
        } finally {
            lock.unlock();
        }
        open.remove(this);
        EOFException cause = new EOFException();
        if (reading != null) {
            reading.failed(cause);
        }
        if (writing != null) {
            writing.failed(cause);
        }
    }

    @Override
    public void timeoutAsync(long now) {
        // the keep-alive finds dead peers
    }

    @Override
    public void setSslSupport(SSLSupport support) {
        // not needed
    }

    @Override
    public void pause() {
        // not needed
    }

    // --- use by the relay

    @Override
    public int fill(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            if (detectClose()) {
                return -1;
            }
            readableSeen = false;
            int position = BufferUtil.flipToFill(bytes);
            int space = bytes.remaining();
            try {
                int filled = socket.read(false, bytes);
                drained = filled == 0 || !secure && filled < Math.min(space, readBytes);
                return filled;
            } catch (EOFException e) {
                return -1;
            } finally {
                BufferUtil.flipToFlush(bytes, position);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isDrained() {
        return drained;
    }

    @Override
    public void awaitReadable(Callback callback) {
        lock.lock();
        try {
            if (!detectClose() && !readableSeen) {
                readCallback = callback;
                if (drained) {
                    socket.registerReadInterest();
                } else {
                    socket.processSocket(SocketEvent.OPEN_READ, true);
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        callback.succeeded(); // the next read reports a close
    }

    /** Writes; Tomcat buffers the bytes that the system does not accept, at most one write of the relay. */
    @Override
    public boolean flush(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            if (detectClose()) {
                throw new EOFException();
            }
            writableSeen = false;
            socket.write(false, bytes);
            return !socket.flush(false);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer bytes, Callback callback) {
        lock.lock();
        try {
            writeCallback = callback;
            if (detectClose()) {
                markClosed();
            } else if (writableSeen) {
                writable();
            } else {
                socket.registerWriteInterest();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns {@code null}: Tomcat keeps such bytes for {@link #fill}. */
    @Override
    public ByteBuffer takeBufferedInput() {
        return null;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (inTomcatCall) {
                return; // upgradeDispatch reports the close, and destroy follows
            }
            socket.close();
        } finally {
            lock.unlock();
        }
        markClosed();
    }
}
