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
 * A socket of Tomcat's. Tomcat calls {@link #upgradeDispatch} when an event has come, and holds the socket's lock
 * meanwhile. All use of the socket is under that lock, for Tomcat uses the parts of a closed one for the next; nothing
 * waits under it.
 *
 * <p>Public because Tomcat makes it.
 */
public final class TomcatSocket implements InternalHttpUpgradeHandler, RawSocket {
    private static final Logger LOG = LoggerFactory.getLogger(TomcatSocket.class);

    private Consumer<RawSocket> onOpen;
    private OpenSockets open;
    private SocketWrapperBase<?> socket;
    private Lock lock;
    private boolean secure;

    /** What one read gives at most: Tomcat's {@code socket.appReadBufSize}. */
    private int readBytes;

    // what follows is guarded by the lock

    private Callback readable;
    private Callback taken;

    /** Events that came when nobody waited for them: NIO2 has some that nobody has asked for, and each only once. */
    private boolean readableSeen;

    private boolean writableSeen;

    /** Whether nothing was left in Tomcat's buffers, of which there are no events. */
    private boolean dry = true;

    /** Tomcat has called, and closes the socket when it hears that we are gone. */
    private boolean called;

    private volatile boolean gone;

    /** Called by Tomcat. */
    public TomcatSocket() {}

    /** @param open has it while it is open */
    void use(Consumer<RawSocket> onOpen, OpenSockets open) {
        this.onOpen = onOpen;
        this.open = open;
    }

    // --- Tomcat's

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
        lock = TomcatLinkCheck.lockOf(wrapper);
        socket = wrapper;
        secure = wrapper.getSslSupport() != null;
        readBytes = wrapper.getSocketBufferHandler().getReadBuffer().capacity();
    }

    /** The 101 has been sent. */
    @Override
    public void init(WebConnection connection) {
        call(() -> {
            onOpen.accept(this);
            open.add(this);
        });
        if (gone) {
            socket.processSocket(SocketEvent.OPEN_READ, true); // to tell it
        }
    }

    /** No event is waited for but those that we register for. */
    @Override
    public boolean hasAsyncIO() {
        return true;
    }

    @Override
    public SocketState upgradeDispatch(SocketEvent event) {
        switch (event) {
            case OPEN_READ -> call(this::readable);
            case OPEN_WRITE -> call(this::writable);
            default -> lost(); // the container stops, or the connection has broken
        }
        return isLost() ? SocketState.CLOSED : SocketState.ASYNC_IO;
    }

    private void call(Runnable work) {
        lock.lock();
        called = true;
        try {
            work.run();
        } catch (RuntimeException | Error bug) {
            LOG.error("a socket of Tomcat's is given up", bug);
            lost();
        } finally {
            called = false;
            lock.unlock();
        }
    }

    private void readable() {
        Callback waiting = readable;
        readable = null;
        readableSeen = waiting == null;
        if (waiting != null) {
            waiting.succeeded();
        }
    }

    private void writable() {
        Callback waiting = taken;
        writableSeen = waiting == null;
        if (writableSeen || gone) {
            return;
        }
        try {
            if (socket.flush(false)) {
                socket.registerWriteInterest();
                return;
            }
        } catch (IOException broken) {
            taken = null;
            waiting.failed(broken);
            return;
        }
        taken = null;
        waiting.succeeded();
    }

    /** The socket has been closed. */
    @Override
    public void destroy() {
        lost();
    }

    /** Tomcat closes some sockets without a word. */
    private boolean isLost() {
        if (!gone && socket.isClosed()) {
            lost();
        }
        return gone;
    }

    private void lost() {
        Callback reading;
        Callback writing;
        lock.lock();
        try {
            gone = true;
            reading = readable;
            writing = taken;
            readable = null;
            taken = null;
        } finally {
            lock.unlock();
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
    public int fill(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            if (isLost()) {
                return -1;
            }
            readableSeen = false;
            int position = BufferUtil.flipToFill(bytes);
            int room = bytes.remaining();
            try {
                int filled = socket.read(false, bytes);
                dry = filled == 0 || !secure && filled < Math.min(room, readBytes);
                return filled;
            } catch (EOFException end) {
                return -1;
            } finally {
                BufferUtil.flipToFlush(bytes, position);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isDry() {
        return dry;
    }

    @Override
    public void awaitReadable(Callback callback) {
        lock.lock();
        try {
            if (!isLost() && !readableSeen) {
                readable = callback;
                if (dry) {
                    socket.registerReadInterest();
                } else {
                    socket.processSocket(SocketEvent.OPEN_READ, true);
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        callback.succeeded(); // reading will tell
    }

    /** Tomcat keeps what the system does not take: no more than a side writes at a time. */
    @Override
    public boolean flush(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            if (isLost()) {
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
            taken = callback;
            if (isLost()) {
                lost();
            } else if (writableSeen) {
                writable();
            } else {
                socket.registerWriteInterest();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tomcat keeps it for {@link #fill}. */
    @Override
    public ByteBuffer takeEarly() {
        return null;
    }

    @Override
    public boolean isOpen() {
        return !gone;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (gone) {
                return;
            }
            gone = true;
            if (called) {
                return; // see upgradeDispatch; destroy follows
            }
            socket.close();
        } finally {
            lock.unlock();
        }
        lost();
    }
}
