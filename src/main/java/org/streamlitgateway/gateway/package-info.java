/**
 * Assembles one gateway and runs it. {@link Gateway} builds the objects and registers the {@link GatewayServlet} with a
 * {@code ServletContext}, which the embedded server or the WAR's listener provides. The servlet contains the steps of a
 * request, in order.
 */
package org.streamlitgateway.gateway;
