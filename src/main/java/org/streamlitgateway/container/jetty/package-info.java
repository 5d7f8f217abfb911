/**
 * The Jetty that the gateway includes, as server and as client. Uses Jetty's API directly.
 */
package org.streamlitgateway.container.jetty;
