package org.streamlitgateway.gateway;

import org.streamlitgateway.channel.transport.ChannelHandler;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.forwarding.IdentityHeaders;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.operator.OperatorAccess;
import org.streamlitgateway.pages.look.Look;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.websocket.WebSocketHandler;

/**
 * The handlers of the gateway servlet for one configuration.
 *
 * @param onHttp security headers of responses to browsers on http; {@code onHttps} of those on https
 * @param access who may see the pages for operators
 * @param look look of the built-in pages
 * @param lists whether the root shows a list of the apps if no app is there
 */
record Handlers(
        RouteTable routes,
        Guard guard,
        SecurityHeaders onHttp,
        SecurityHeaders onHttps,
        ChannelHandler channels,
        WebSocketHandler webSockets,
        AppProxyServlet http,
        IdentityHeaders identity,
        OperatorAccess access,
        Look look,
        boolean lists) {}
