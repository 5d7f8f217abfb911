/**
 * Sockets of the Jetty whose classes the gateway brings along, as server and as client. Uses Jetty's API directly.
 */
package org.streamlitgateway.container.jetty;
