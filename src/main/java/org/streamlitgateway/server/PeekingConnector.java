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
 * A connector whose connections are bounded by a {@link ConnectionLimiter}, and can be asked whether the client has left
 * while a request waits for its answer.
 */
final class PeekingConnector extends ServerConnector {
    private static final Logger LOG = LoggerFactory.getLogger(PeekingConnector.class);

    private final ConnectionLimiter watch;

    PeekingConnector(Server server, GatewayConfig config, ConnectionFactory... factories) {
        super(server, 1, 1, factories);
        watch = new ConnectionLimiter(config.limits(), config.trustedProxies(), getScheduler());
    }

    @Override
    protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
        return new Selectors(executor, scheduler, selectors);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        lookLater();
    }

    private void lookLater() {
        getScheduler().schedule(this::look, watch.periodMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            long now = System.nanoTime();
            for (EndPoint endPoint : getConnectedEndPoints()) {
                if (endPoint instanceof WatchedEndPoint watched && watched.isLate(now)) {
                    end(watched);
                }
            }
            watch.forgetClosed();
        } finally {
            if (isRunning()) {
                lookLater();
            }
        }
    }

    /** Says so where it can be said without waiting. */
    private void end(WatchedEndPoint late) {
        watch.closedAsLate(late.getChannel());
        Connection outer = late.getConnection();
        Connection inner =
                outer instanceof SslConnection ssl ? ssl.getSslEndPoint().getConnection() : outer;
        if (inner instanceof HTTP2Connection http2) {
            http2.getSession().close(ErrorCode.ENHANCE_YOUR_CALM_ERROR.code, "too slow", Callback.NOOP);
        } else if (inner instanceof HttpConnection http) {
            try {
                http.getEndPoint().flush(tooSlow());
            } catch (IOException gone) {
                LOG.debug("a client that was too slow has left: {}", FailureText.of(gone));
            }
        }
        late.close();
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint endPoint = new WatchedEndPoint(channel, selector, key, getScheduler());
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

    /** Knows every connection from its acceptance to its end. */
    private final class Selectors extends ServerConnectorManager {
        Selectors(Executor executor, Scheduler scheduler, int selectors) {
            super(executor, scheduler, selectors);
        }

        @Override
        public void accept(SelectableChannel channel) {
            if (watch.admit((SocketChannel) channel)) {
                super.accept(channel);
            } else {
                IO.close(channel);
            }
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            super.endPointClosed(endPoint);
            if (endPoint instanceof WatchedEndPoint watched) {
                watch.closed(watched.getChannel());
            }
        }
    }

    /**
     * Looks ahead by one byte, which the next {@link #fill} hands over first. A client that has sent its request and
     * stays sends nothing, or the next request, which is longer than a byte, so the selector still tells of the rest.
     */
    private final class WatchedEndPoint extends SingleBufferEndPoint implements PeekableEndPoint {
        private final ByteBuffer ahead = ByteBuffer.allocate(1).limit(0);
        private final RequestHeadTimer clock = new RequestHeadTimer();
        private long bytesIn; // guarded by ahead

        WatchedEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        /** Called by the one timer. */
        boolean isLate(long nowNanos) {
            long bytes;
            synchronized (ahead) {
                bytes = bytesIn;
            }
            return watch.isLate(clock, getConnection(), bytes, nowNanos);
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
                } catch (IOException lost) {
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
