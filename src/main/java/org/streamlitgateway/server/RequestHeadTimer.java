package org.streamlitgateway.server;

import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.NegotiatingServerConnection;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Measures how long a connection has been receiving a request's head, or its TLS handshake. Time counts from the first
 * byte; the idle time-out covers connections that send nothing. With HTTP/2, time counts only while there is no open
 * stream: an unfinished head holds no more than the stream does. Not thread-safe: one timer calls it periodically.
 */
final class RequestHeadTimer {
    private Connection connection;
    private long heads;
    private long bytes;
    private long sinceNanos;
    private boolean begun;

    /**
     * Checks whether the current head or handshake has taken too long.
     *
     * @param outer the connection of the socket
     * @param bytesIn number of bytes received over the socket so far
     */
    boolean checkLate(Connection outer, long bytesIn, long nowNanos, long timeoutNanos) {
        Connection inner =
                outer instanceof SslConnection ssl ? ssl.getSslEndPoint().getConnection() : outer;
        long completed = completedHeads(inner);
        if (completed < 0) {
            connection = null;
            return false;
        }
        if (connection != inner || heads != completed) {
            connection = inner;
            heads = completed;
            bytes = inner == outer && completed == 0 ? 0 : bytesIn; // earlier bytes were a handshake or another head
            begun = false;
        }
        if (!begun && (bytesIn > bytes || isBegun(inner))) {
            begun = true;
            sinceNanos = nowNanos;
        }
        return begun && nowNanos - sinceNanos > timeoutNanos;
    }

    /** Returns the number of heads received before the expected one; negative if none is expected. */
    private static long completedHeads(Connection connection) {
        if (connection instanceof HttpConnection http) {
            return http.getParser().inHeaderState() ? http.getMessagesIn() : -1;
        }
        if (connection instanceof HTTP2Connection http2) {
            return http2.getSession().getStreams().isEmpty()
                    ? http2.getSession().getStreamsOpened()
                    : -1;
        }
        return connection instanceof NegotiatingServerConnection ? 0 : -1;
    }

    private static boolean isBegun(Connection connection) {
        return connection instanceof NegotiatingServerConnection
                || connection instanceof HttpConnection http
                        && http.getParser().inHeaderState()
                        && !http.getParser().isStart();
    }
}
