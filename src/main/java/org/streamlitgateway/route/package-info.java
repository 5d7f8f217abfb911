/**
 * Which app a path belongs to, and which of its replicas a visitor is sent to. {@link
 * org.streamlitgateway.route.RouteTable} and {@link org.streamlitgateway.route.App} are immutable and asked once per
 * request by the front door; another configuration brings others, with the same replicas in them.
 */
package org.streamlitgateway.route;
