package org.streamlitgateway.container.jetty;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.streamlitgateway.container.DisconnectDetector;

/**
 * Detector for clients of the embedded server. It peeks at HTTP/1.1 connections. Over HTTP/2, Jetty always reads the
 * connection and reports a failure when the stream is reset or the connection ends.
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
        return connection.getEndPoint() instanceof PeekableEndPoint peekable && peekable.isGone();
    }

    private static ConnectionMetaData connectionOf(HttpServletRequest request) {
        return ServletContextRequest.getServletContextRequest(request).getConnectionMetaData();
    }

    private static boolean isMultiplexed(ConnectionMetaData connection) {
        return connection.getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion();
    }
}
