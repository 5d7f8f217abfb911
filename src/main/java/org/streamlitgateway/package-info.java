/**
 * The front door for Streamlit apps.
 *
 * <p>The way of a request: {@link org.streamlitgateway.assembly.FrontDoor} asks the guard who sends it and the route
 * table which app it is for. A WebSocket handshake goes to {@link org.streamlitgateway.bridge.WebSocketDoor}, which dials
 * Streamlit first and then joins both sides by a relay; everything else goes to
 * {@link org.streamlitgateway.http.AppProxyServlet}. Both build what they send with
 * {@link org.streamlitgateway.forward}, and dial through {@link org.streamlitgateway.upstream}.
 *
 * <p>The way of the configuration: {@link org.streamlitgateway.config.Settings} reads it, records hold it,
 * {@link org.streamlitgateway.assembly.Assembly} builds the gateway from it, once, in whatever container.
 */
package org.streamlitgateway;
