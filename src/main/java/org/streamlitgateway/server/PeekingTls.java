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

/** TLS whose clients are seen to leave: by close_notify, which only who decrypts can tell from the next request. */
final class PeekingTls extends SslConnectionFactory {
    /** Enough to see an end behind a few bytes that a client sent besides; the next request need not fit. */
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

        /** What is read to see whether an end follows, {@link #fill} hands over first. */
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
                    } catch (IOException lost) {
                        return true;
                    }
                    more = ahead.remaining() > before;
                }
                if (more && getFillInterest().isInterested()) {
                    getFillInterest().fillable(); // the socket will not tell again
                }
                return false;
            }

            @Override
            public int fill(ByteBuffer buffer) throws IOException {
                synchronized (ahead) {
                    int handed = ahead.hasRemaining() ? BufferUtil.append(buffer, ahead) : 0;
                    if (handed > 0) {
                        return handed; // who reads comes again
                    }
                    return super.fill(buffer);
                }
            }

            @Override
            protected void needsFillInterest() {
                boolean there;
                synchronized (ahead) {
                    there = ahead.hasRemaining();
                }
                if (there) {
                    getExecutor().execute(() -> getFillInterest().fillable());
                } else {
                    super.needsFillInterest();
                }
            }
        }
    }
}
