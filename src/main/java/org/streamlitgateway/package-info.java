/**
 * A reverse proxy for Streamlit apps, with three ways to start it: the command line ({@code Main}), a Java program
 * ({@link StreamlitGateway}) and a servlet container ({@link WarListener}).
 *
 * <p>A request enters at {@link org.streamlitgateway.gateway.GatewayServlet}, which checks its grammar, identifies the
 * client and looks up the app. A WebSocket handshake continues at {@link org.streamlitgateway.websocket.WebSocketHandler}, which
 * connects to Streamlit first and then joins both sockets by a relay. A channel goes to
 * {@link org.streamlitgateway.channel.transport.ChannelHandler}, an immutable asset to
 * {@link org.streamlitgateway.cache.AssetCache}, and everything else to
 * {@link org.streamlitgateway.http.AppProxyServlet}.
 *
 * <p>The command line can do other things than serve ({@link org.streamlitgateway.command.Command}), such as examine the path
 * to an app ({@link org.streamlitgateway.doctor.DoctorCommand}).
 *
 * <p>Layers, each using only those below it:
 *
 * <pre>
 *   root
 *   gateway  server  doctor
 *   http  websocket  channel  pages  cache
 *   routing  process  headers  forwarding  streamlit  upstream  limit
 *   container  grammar  command
 *   config  tls  logging  outcome
 * </pre>
 */
package org.streamlitgateway;
