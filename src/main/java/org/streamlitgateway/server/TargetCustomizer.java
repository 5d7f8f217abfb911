package org.streamlitgateway.server;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.TunnelSupport;
import org.streamlitgateway.grammar.HostGrammar;
import org.streamlitgateway.grammar.RequestGrammar;
import org.streamlitgateway.outcome.Outcome;

/**
 * Checks parts of a request's target that servlets cannot see. Sets an attribute for invalid ones, which makes the gateway
 * servlet refuse the request.
 */
final class TargetCustomizer implements HttpConfiguration.Customizer {
    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        String host = request.getHeaders().get(HttpHeader.HOST);
        String target = request.getHttpURI().getAuthority();
        boolean differs = host != null
                && target != null
                && !HostGrammar.areSame(host, target, request.getHttpURI().getScheme());
        Outcome refusal =
                differs && isHttp2(request) ? Outcome.BAD_REQUEST : refusal(request); // RFC 9113 section 8.3.1
        if (refusal != null) {
            request.setAttribute(RequestGrammar.REFUSAL, refusal);
            return request;
        }
        return differs ? new WithHost(request, target) : request;
    }

    private static Outcome refusal(Request request) {
        HttpURI uri = request.getHttpURI();
        if (uri.getFragment() != null || uri.getUser() != null) { // RFC 9112 section 3.2, RFC 9110 section 4.2.4
            return Outcome.BAD_REQUEST;
        }
        if (!request.getMethod().equals("CONNECT") || !isHttp2(request) || isWebSocket(request)) {
            return null;
        }
        if (uri.getCanonicalPath() == null) { // Jetty finds no servlet without a path
            throw new HttpException.RuntimeException(Outcome.NOT_IMPLEMENTED.status(), Outcome.NOT_IMPLEMENTED.text());
        }
        return Outcome.NOT_IMPLEMENTED; // RFC 9220 section 3
    }

    private static boolean isWebSocket(Request request) {
        TunnelSupport tunnel = request.getTunnelSupport();
        return tunnel != null && "websocket".equals(tunnel.getProtocol());
    }

    private static boolean isHttp2(Request request) {
        return request.getConnectionMetaData().getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion();
    }

    /** Replaces Host by the authority of an absolute target (RFC 9112 section 3.2.2). */
    private static final class WithHost extends Request.Wrapper {
        private final HttpFields fields;

        WithHost(Request wrapped, String host) {
            super(wrapped);
            fields = HttpFields.build(wrapped.getHeaders()).put(HttpHeader.HOST, host);
        }

        @Override
        public HttpFields getHeaders() {
            return fields;
        }
    }
}
