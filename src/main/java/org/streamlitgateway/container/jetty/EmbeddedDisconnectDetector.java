package org.streamlitgateway.container.jetty;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.streamlitgateway.container.DisconnectDetector;

/**
 * Clients of our own Jetty. Over HTTP/1.1 the connection is looked at; over HTTP/2 Jetty reads all the time, and tells
 * when a stream is reset or its connection ends.
 */
public final class EmbeddedDisconnectDetector implements DisconnectDetector {
    private static final String GONE = EmbeddedDisconnectDetector.class.getName();

    @Override
    public void watch(HttpServletRequest request) {
        if (isMultiplexed(connectionOf(request)) && request.getAttribute(GONE) == null) {
            AtomicBoolean gone = new AtomicBoolean();
            request.setAttribute(GONE, gone);
            ServletContextRequest.getServletContextRequest(request).addFailureListener(failure -> gone.set(true));
        }
    }

    @Override
    public boolean isGone(HttpServletRequest request) {
        ConnectionMetaData metaData = connectionOf(request);
        Connection connection = metaData.getConnection();
        if (connection == null) {
            return false;
        }
        if (isMultiplexed(metaData)) {
            return request.getAttribute(GONE) instanceof AtomicBoolean gone && gone.get()
                    || !connection.getEndPoint().isOpen();
        }
        return connection.getEndPoint() instanceof PeekableEndPoint watched && watched.isGone();
    }

    private static ConnectionMetaData connectionOf(HttpServletRequest request) {
        return ServletContextRequest.getServletContextRequest(request).getConnectionMetaData();
    }

    private static boolean isMultiplexed(ConnectionMetaData connection) {
        return connection.getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion();
    }
}
