package org.streamlitgateway.upstream.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.client.transport.SendFailure;
import org.eclipse.jetty.client.transport.internal.HttpChannelOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpConnectionOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpReceiverOverHTTP;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;

/**
 * A connection on which each request has one answer. Bytes that come behind an answer, at once or later, end the
 * connection: Jetty drops some of them and takes others for the answer to the next request, which would give one
 * visitor what was made for another (RFC 9112 section 9.2).
 */
final class SingleResponseConnection extends HttpConnectionOverHTTP {
    private final UpstreamEndPoint socket;

    SingleResponseConnection(UpstreamEndPoint socket, Map<String, Object> context) {
        super(socket, context);
        this.socket = socket;
        socket.watchAnswers();
    }

    /** The destination takes another connection when this one is no longer fit for use. */
    @Override
    public SendFailure send(HttpExchange exchange) {
        if (exchange.getRequest() instanceof RawRequest request) {
            request.onUsedConnection(socket.isUsed());
        }
        if (socket.ask()) {
            return super.send(exchange);
        }
        close();
        return new SendFailure(new EofException("closed, or bytes that nobody asked for"), true);
    }

    @Override
    protected HttpChannelOverHTTP newHttpChannel() {
        return new HttpChannelOverHTTP(this) {
            @Override
            protected HttpReceiverOverHTTP newHttpReceiver() {
                return new Receiver(this);
            }
        };
    }

    private static final class Receiver extends HttpReceiverOverHTTP {
        /** More has come in one piece with the answer than belongs to it. */
        private boolean overfull;

        Receiver(HttpChannelOverHTTP channel) {
            super(channel);
        }

        @Override
        public boolean messageComplete() {
            HttpExchange exchange = getHttpExchange();
            boolean goesOn = super.messageComplete();
            if (exchange != null && isLast(exchange.getResponse().getStatus())) {
                EndPoint socket = getHttpChannel().getHttpConnection().getEndPoint();
                ByteBuffer rest = getResponseBuffer();
                overfull = rest != null && rest.hasRemaining();
                ((UpstreamEndPoint) socket).answered();
            }
            return goesOn;
        }

        private static boolean isLast(int status) {
            return !HttpStatus.isInterim(status) && status != HttpStatus.SWITCHING_PROTOCOLS_101;
        }

        /** Asked when the exchange is over: whether the connection is closed instead of used again. */
        @Override
        protected boolean isShutdown() {
            return overfull || super.isShutdown();
        }
    }

    /** Makes such connections. */
    static final class Transport extends HttpClientTransportOverHTTP {
        private final HttpClientConnectionFactory customizer = new HttpClientConnectionFactory();

        Transport(UpstreamConnector connector) {
            super(connector);
        }

        @Override
        public Connection newConnection(EndPoint endPoint, Map<String, Object> context) throws IOException {
            return endPoint instanceof UpstreamEndPoint socket
                    ? customizer.customize(new SingleResponseConnection(socket, context), context)
                    : super.newConnection(endPoint, context); // the TLS of a feed
        }
    }
}
