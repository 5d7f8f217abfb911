package org.streamlitgateway.gateway;

import org.streamlitgateway.channel.transport.ChannelHandler;
import org.streamlitgateway.forwarding.Guard;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.routing.RouteTable;
import org.streamlitgateway.websocket.WebSocketHandler;

/**
 * All that the gateway servlet sends requests through; another configuration brings another set.
 *
 * @param onHttp what answers are given where the browser came over http; {@code onHttps} over https
 * @param lists whether the apps are listed where none is at the root
 */
record Handlers(
        RouteTable routes,
        Guard guard,
        SecurityHeaders onHttp,
        SecurityHeaders onHttps,
        ChannelHandler channels,
        WebSocketHandler webSockets,
        AppProxyServlet http,
        boolean lists) {}
