package org.streamlitgateway.assembly;

import org.streamlitgateway.bridge.WebSocketDoor;
import org.streamlitgateway.channel.ChannelDoor;
import org.streamlitgateway.forward.SecurityHeaders;
import org.streamlitgateway.guard.Guard;
import org.streamlitgateway.http.AppProxyServlet;
import org.streamlitgateway.route.RouteTable;

/**
 * All that the front door sends requests through; another configuration brings another set.
 *
 * @param onHttp what answers are given where the browser came over http; {@code onHttps} over https
 * @param lists whether the apps are listed where none is at the root
 */
record Doors(
        RouteTable routes,
        Guard guard,
        SecurityHeaders onHttp,
        SecurityHeaders onHttps,
        ChannelDoor channels,
        WebSocketDoor webSockets,
        AppProxyServlet http,
        boolean lists) {}
