package org.streamlitgateway.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.streamlitgateway.container.jetty.PeekableEndPoint;

/**
 * TLS that detects disconnected clients by close_notify, which cannot be distinguished from the next request without
 * decryption.
 */
final class PeekingTls extends SslConnectionFactory {
    /** Detects an end even behind a few extra bytes; the next request need not fit. */
    private static final int AHEAD_BYTES = 64;

    PeekingTls(SslContextFactory.Server ssl, String next) {
        super(ssl, next);
    }

    @Override
    protected SslConnection newSslConnection(Connector connector, EndPoint endPoint, SSLEngine engine) {
        return new Tls(connector, getSslContextFactory(), endPoint, engine);
    }

    private static final class Tls extends SslConnection {
        Tls(Connector connector, SslContextFactory.Server ssl, EndPoint endPoint, SSLEngine engine) {
            super(connector.getByteBufferPool(), connector.getExecutor(), ssl, endPoint, engine);
        }

        @Override
        protected SslEndPoint newSslEndPoint() {
            return new Decrypted();
        }

        /** Reads ahead to find the end of the connection; {@link #fill} returns these bytes first. */
        private final class Decrypted extends SslEndPoint implements PeekableEndPoint {
            private final ByteBuffer ahead = ByteBuffer.allocate(AHEAD_BYTES).limit(0);

            @Override
            public boolean isGone() {
                if (!isOpen() || isInputShutdown()) {
                    return true;
                }
                boolean more;
                synchronized (ahead) {
                    int before = ahead.remaining();
                    try {
                        if (before < AHEAD_BYTES && super.fill(ahead) < 0) {
                            return true;
                        }
                    } catch (IOException e) {
                        return true;
                    }
                    more = ahead.remaining() > before;
                }
                if (more && getFillInterest().isInterested()) {
                    getFillInterest().fillable(); // the socket reports these bytes only once
                }
                return false;
            }

            @Override
            public int fill(ByteBuffer buffer) throws IOException {
                synchronized (ahead) {
                    int copied = ahead.hasRemaining() ? BufferUtil.append(buffer, ahead) : 0;
                    if (copied > 0) {
                        return copied; // the caller reads again
                    }
                    return super.fill(buffer);
                }
            }

            @Override
            protected void needsFillInterest() {
                boolean available;
                synchronized (ahead) {
                    available = ahead.hasRemaining();
                }
                if (available) {
                    getExecutor().execute(() -> getFillInterest().fillable());
                } else {
                    super.needsFillInterest();
                }
            }
        }
    }
}
