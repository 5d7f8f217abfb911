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
 * Connection on which each request has one response. Closes the connection if bytes follow a response, at once or later:
 * Jetty would drop some of them and take others for the next response, which would give one visitor the response meant
 * for another (RFC 9112 section 9.2).
 */
final class SingleResponseConnection extends HttpConnectionOverHTTP {
    private final UpstreamEndPoint socket;

    SingleResponseConnection(UpstreamEndPoint socket, Map<String, Object> context) {
        super(socket, context);
        this.socket = socket;
        socket.rejectUnexpectedBytes();
    }

    /** Fails if the connection is no longer usable; the destination then takes another one. */
    @Override
    public SendFailure send(HttpExchange exchange) {
        if (exchange.getRequest() instanceof RawRequest request) {
            request.onUsedConnection(socket.isUsed());
        }
        if (socket.beginRequest()) {
            return super.send(exchange);
        }
        close();
        return new SendFailure(new EofException("connection closed, or unexpected bytes from Streamlit"), true);
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
        /** Whether bytes follow the response in the same read. */
        private boolean excess;

        Receiver(HttpChannelOverHTTP channel) {
            super(channel);
        }

        @Override
        public boolean messageComplete() {
            HttpExchange exchange = getHttpExchange();
            boolean proceed = super.messageComplete();
            if (exchange != null && isFinal(exchange.getResponse().getStatus())) {
                EndPoint socket = getHttpChannel().getHttpConnection().getEndPoint();
                ByteBuffer rest = getResponseBuffer();
                excess = rest != null && rest.hasRemaining();
                ((UpstreamEndPoint) socket).endResponse();
            }
            return proceed;
        }

        private static boolean isFinal(int status) {
            return !HttpStatus.isInterim(status) && status != HttpStatus.SWITCHING_PROTOCOLS_101;
        }

        /** Called after the exchange: returns whether to close the connection instead of reusing it. */
        @Override
        protected boolean isShutdown() {
            return excess || super.isShutdown();
        }
    }

    /** Transport that creates these connections. */
    static final class Transport extends HttpClientTransportOverHTTP {
        private final HttpClientConnectionFactory customizer = new HttpClientConnectionFactory();

        Transport(UpstreamConnector connector) {
            super(connector);
        }

        @Override
        public Connection newConnection(EndPoint endPoint, Map<String, Object> context) throws IOException {
            return endPoint instanceof UpstreamEndPoint socket
                    ? customizer.customize(new SingleResponseConnection(socket, context), context)
                    : super.newConnection(endPoint, context); // TLS to a feed
        }
    }
}
