/**
 * A Jetty that runs the gateway as a web application. Its classes belong to another class loader and are used by
 * reflection. {@link HostedApi} resolves them once; in a Jetty that lacks one of them, sockets are not taken over.
 */
package org.streamlitgateway.container.jetty.hosted;
