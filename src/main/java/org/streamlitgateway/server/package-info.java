/**
 * The embedded Jetty: protocols, TLS, connection limits, and error responses for requests that never reach the servlet.
 */
package org.streamlitgateway.server;
