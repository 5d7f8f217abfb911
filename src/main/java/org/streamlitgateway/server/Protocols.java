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
 * Protocols of the port. Without TLS: HTTP/1.1, and HTTP/2 with prior knowledge for a proxy in front. With TLS: HTTP/2 and
 * HTTP/1.1, selected by ALPN. Both versions carry WebSockets (RFC 6455, RFC 8441).
 */
final class Protocols {
    /** Concurrent streams of an HTTP/2 connection. Browsers use fewer; proxies open another connection. */
    private static final int MAX_STREAMS = 128;

    private static final int STREAM_WINDOW_BYTES = 256 * 1024;

    /** Large enough for the windows of all streams: unread streams must not block others. */
    private static final int CONNECTION_WINDOW_BYTES = MAX_STREAMS * STREAM_WINDOW_BYTES;

    /**
     * Rate of resets, pings, settings, priorities and empty frames above which a connection is closed. A browser that
     * leaves a page resets all its requests, each of which counts twice, and a proxy's connection carries several
     * browsers.
     */
    private static final int MAX_CONTROL_FRAMES_PER_SECOND = 3000;

    private Protocols() {}

    static ConnectionFactory[] plain(HttpConfiguration http) {
        return new ConnectionFactory[] {new HttpConnectionFactory(http), new PriorKnowledge(http)};
    }

    static ConnectionFactory[] tls(HttpConfiguration plain, SslContextFactory.Server ssl) {
        HttpConfiguration http = new HttpConfiguration(plain);
        http.addCustomizer(new SecureRequestCustomizer(false)); // any host name is accepted here, as without TLS
        HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(http);
        applyLimits(h2);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
        return new ConnectionFactory[] {
            new PeekingTls(ssl, alpn.getProtocol()), alpn, h2, new HttpConnectionFactory(http)
        };
    }

    private static void applyLimits(AbstractHTTP2ServerConnectionFactory http2) {
        http2.setMaxConcurrentStreams(MAX_STREAMS);
        http2.setInitialStreamRecvWindow(STREAM_WINDOW_BYTES);
        http2.setInitialSessionRecvWindow(CONNECTION_WINDOW_BYTES);
        http2.setRateControlFactory(new WindowRateControl.Factory(MAX_CONTROL_FRAMES_PER_SECOND));
        http2.setFlowControlStrategyFactory(BoundedFlowControl::new);
    }

    /** Ignores offers to upgrade to h2c: RFC 9113 section 3.1 removed them, and browsers never sent them. */
    private static final class PriorKnowledge extends HTTP2CServerConnectionFactory {
        PriorKnowledge(HttpConfiguration http) {
            super(http);
            applyLimits(this);
        }

        @Override
        public Connection upgradeConnection(
                Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable response101) {
            boolean preface = request.getMethod().equals("PRI");
            return preface ? super.upgradeConnection(connector, endPoint, request, response101) : null;
        }
    }
}
