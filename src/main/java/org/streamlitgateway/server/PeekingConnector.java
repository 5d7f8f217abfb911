package org.streamlitgateway.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.container.jetty.PeekableEndPoint;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Outcome;
import org.streamlitgateway.upstream.client.SingleBufferEndPoint;

/**
 * A connector whose connections are limited by a {@link ConnectionLimiter} and can detect that the client has disconnected
 * while its request is in progress.
 */
final class PeekingConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(PeekingConnector.class);

    private final ConnectionLimiter limiter;

    PeekingConnector(Server server, GatewayConfig config, ConnectionFactory... factories) {
        super(server, 1, 1, factories);
        limiter = new ConnectionLimiter(config.limits(), config.trustedProxies(), getScheduler());
    }

    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new Selectors(executor, scheduler, selectors);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        scheduleCheck();
    }

    private void scheduleCheck() {
        getScheduler().schedule(this::check, limiter.periodMillis(), TimeUnit.MILLISECONDS);
    }

    private void check() {
        try {
            long now = System.nanoTime();
            for (EndPoint endPoint : getConnectedEndPoints()) {
                if (endPoint instanceof PeekingEndPoint peeking && peeking.checkLate(now)) {
                    closeLate(peeking);
                }
            }
            limiter.forgetClosed();
        } finally {
            if (isRunning()) {
                scheduleCheck();
            }
        }
    }

    /** Closes a connection, with an error response if that can be sent without blocking. */
    private void closeLate(PeekingEndPoint late) {
        limiter.closedAsLate(late.getChannel());
        Connection outer = late.getConnection();
        Connection inner =
                outer instanceof SslConnection ssl ? ssl.getSslEndPoint().getConnection() : outer;
        if (inner instanceof HTTP2Connection http2) {
            http2.getSession().close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "too slow", Callback.NOOP);
        } else if (inner instanceof HttpConnection http) {
            try {
                http.getEndPoint().flush(tooSlow());
            } catch (IOException e) {
                LOG.debug("cannot send 408 to a slow client: {}", FailureText.of(e));
            }
        }
        late.close();
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint endPoint = new PeekingEndPoint(channel, selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    private static ByteBuffer tooSlow() {
        String text = Outcome.CLIENT_SLOW.text() + "\n";
        String answer = "HTTP/1.1 " + Outcome.CLIENT_SLOW.status() + " Request Timeout\r\nDate: "
                + DateGenerator.formatDate(System.currentTimeMillis())
                + "\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " + text.length() + "\r\n\r\n"
                + text;
        return ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reports accepted and closed connections to the limiter. */
    private final class Selectors extends ServerConnectorManager {
        Selectors(Executor executor, Scheduler scheduler, int selectors) {
            super(executor, scheduler, selectors);
        }

        @Override
        public void accept(SelectableChannel channel) {
            if (limiter.admit((SocketChannel) channel)) {
                super.accept(channel);
            } else {
                IO.close(channel);
            }
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            super.endPointClosed(endPoint);
            if (endPoint instanceof PeekingEndPoint peeking) {
                limiter.closed(peeking.getChannel());
            }
        }
    }

    /**
     * Reads one byte ahead, which the next {@link #fill} returns first. A client that waits for its response sends either
     * nothing or the next request, which is longer than one byte, so the selector still reports the rest.
     */
    private final class PeekingEndPoint extends SingleBufferEndPoint implements PeekableEndPoint {
        private final ByteBuffer ahead = ByteBuffer.allocate(1).limit(0);
        private final RequestHeadTimer headTimer = new RequestHeadTimer();
        private long bytesIn; // guarded by ahead

        PeekingEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        /** Called by the connector's timer only. */
        boolean checkLate(long nowNanos) {
            long bytes;
            synchronized (ahead) {
                bytes = bytesIn;
            }
            return limiter.checkLate(headTimer, getConnection(), bytes, nowNanos);
        }

        @Override
        public boolean isGone() {
            synchronized (ahead) {
                if (!isOpen()) {
                    return true;
                }
                if (ahead.hasRemaining() || isInputShutdown()) {
                    return isInputShutdown();
                }
                try {
                    ahead.clear();
                    int read = getChannel().read(ahead);
                    return read < 0;
                } catch (IOException e) {
                    return true;
                } finally {
                    ahead.flip();
                }
            }
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            synchronized (ahead) {
                if (!ahead.hasRemaining()) {
                    int filled = super.fill(buffer);
                    bytesIn += Math.max(0, filled);
                    return filled;
                }
                int position = BufferUtil.flipToFill(buffer);
                buffer.put(ahead);
                BufferUtil.flipToFlush(buffer, position);
                int filled = 1 + Math.max(0, super.fill(buffer));
                bytesIn += filled;
                return filled;
            }
        }
    }
}
