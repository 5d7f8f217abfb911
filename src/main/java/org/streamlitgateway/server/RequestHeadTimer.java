package org.streamlitgateway.server;

import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.NegotiatingServerConnection;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Measures for how long a connection has been at one request's head, or at its TLS handshake. Time counts from the first
 * byte on: a connection that says nothing has the idle time-out. Of HTTP/2 it counts while there is no stream; beside a
 * stream, an unfinished head holds no more than the stream does. One thread looks, from time to time.
 */
final class RequestHeadTimer {
    private Connection connection;
    private long heads;
    private long bytes;
    private long sinceNanos;
    private boolean begun;

    /**
     * Whether what is awaited has taken too long.
     *
     * @param outer the connection of the socket
     * @param bytesIn how many bytes have come over the socket so far
     */
    boolean isLate(Connection outer, long bytesIn, long nowNanos, long timeoutNanos) {
        Connection inner =
                outer instanceof SslConnection ssl ? ssl.getSslEndPoint().getConnection() : outer;
        long before = headsBefore(inner);
        if (before < 0) {
            connection = null;
            return false;
        }
        if (connection != inner || heads != before) {
            connection = inner;
            heads = before;
            bytes = inner == outer && before == 0 ? 0 : bytesIn; // what came before was a handshake, or another head
            begun = false;
        }
        if (!begun && (bytesIn > bytes || isBegun(inner))) {
            begun = true;
            sinceNanos = nowNanos;
        }
        return begun && nowNanos - sinceNanos > timeoutNanos;
    }

    /** How many heads have come before the one that is awaited; negative when none is awaited. */
    private static long headsBefore(Connection connection) {
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
