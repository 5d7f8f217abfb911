package org.streamlitgateway.server;

import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.WindowRateControl;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * What is spoken on the port. Clear: HTTP/1.1, and HTTP/2 with prior knowledge, for a proxy in front.
 * TLS: HTTP/2 and HTTP/1.1, by ALPN. WebSockets go over both (RFC 6455, RFC 8441).
 */
final class Protocols {
    /** At a time on one connection of HTTP/2; browsers open fewer, proxies open another connection. */
    private static final int MAX_STREAMS = 128;

    private static final int STREAM_WINDOW_BYTES = 256 * 1024;

    /** Has room for every stream's window, or streams that nobody reads would hold up all others. */
    private static final int CONNECTION_WINDOW_BYTES = MAX_STREAMS * STREAM_WINDOW_BYTES;

    /**
     * Resets, pings, settings, priorities and empty frames of one connection in a second, after which it is closed. A
     * browser that leaves a page of a hundred requests resets as many, each of which counts twice; three times a second
     * is about what it can do. A
     * proxy's connection has those of several browsers.
     */
    private static final int MAX_CONTROL_FRAMES_PER_SECOND = 3000;

    private Protocols() {}

    static ConnectionFactory[] clear(HttpConfiguration http) {
        return new ConnectionFactory[] {new HttpConnectionFactory(http), new PriorKnowledge(http)};
    }

    static ConnectionFactory[] tls(HttpConfiguration clear, SslContextFactory.Server ssl) {
        HttpConfiguration http = new HttpConfiguration(clear);
        // any name may lead here, as on the clear port
        http.addCustomizer(new SecureRequestCustomizer(false));
        HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(http);
        bound(h2);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
        return new ConnectionFactory[] {
            new PeekingTls(ssl, alpn.getProtocol()), alpn, h2, new HttpConnectionFactory(http)
        };
    }

    private static void bound(AbstractHTTP2ServerConnectionFactory http2) {
        http2.setMaxConcurrentStreams(MAX_STREAMS);
        http2.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        http2.setInitialSessionRecvWindow(CONNECTION_WINDOW_BYTES);
        http2.setRateControlFactory(new WindowRateControl.Factory(MAX_CONTROL_FRAMES_PER_SECOND));
        http2.setFlowControlStrategyFactory(BoundedFlowControl::new);
    }

    /** Offers to upgrade to h2c are passed over: RFC 9113 section 3.1 took them out, and browsers never made them. */
    private static final class PriorKnowledge extends HTTP2CServerConnectionFactory {
        PriorKnowledge(HttpConfiguration http) {
            super(http);
            bound(this);
        }

        @Override
        public Connection upgradeConnection(
                Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable response101) {
            boolean preface = request.getMethod().equals("PRI");
            return preface ? super.upgradeConnection(connector, endPoint, request, response101) : null;
        }
    }
}
