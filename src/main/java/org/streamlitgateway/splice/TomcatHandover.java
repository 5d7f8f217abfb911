package org.streamlitgateway.splice;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By Tomcat, as it does for its own WebSocket support: an upgrade handler gets the socket itself. The Servlet API's
 * handlers get streams only, by which a connection can neither be closed from outside nor be left unread.
 */
public final class TomcatHandover implements Handover {
    private static final String TOMCAT = "org.apache.catalina.";

    /** For browsers that have been told to close, to answer. */
    private static final long ANSWER_MILLIS = 500;

    private static final long LOOK_MILLIS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(TomcatHandover.class);

    private final Set<TomcatWire> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Whether it can be done here: this is a Tomcat, and its upgrade handlers are made as they were when this was
     * written.
     *
     * @param container any object of the container's
     */
    public static boolean isPossibleIn(Object container) {
        if (!container.getClass().getName().startsWith(TOMCAT)) {
            return false;
        }
        try {
            if (TomcatApi.isComplete()) {
                return true;
            }
        } catch (ReflectiveOperationException | LinkageError otherwise) {
            LOG.debug("not as it was", otherwise);
        }
        LOG.info("this Tomcat hands its sockets over in another way: WebSockets are bridged");
        return false;
    }

    @Override
    public void upgrade(HttpServletRequest request, Consumer<Wire> onOpen) throws IOException {
        try {
            request.upgrade(TomcatWire.class).use(onOpen, this);
        } catch (ServletException | RuntimeException refused) { // such as by AJP
            throw new IOException("not upgraded", refused);
        }
    }

    void opened(TomcatWire wire) {
        open.add(wire);
        if (closed) {
            wire.close(); // it was on its way when the others were closed
        }
    }

    void closed(TomcatWire wire) {
        open.remove(wire);
    }

    /** Returns when all are closed: afterwards there is no class to close them with. */
    @Override
    public void close() {
        closed = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
        while (!open.isEmpty() && !Thread.currentThread().isInterrupted() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
        open.forEach(TomcatWire::close);
    }
}
