/**
 * A Jetty that runs the gateway as a web application. Its classes are in another class loader, so they are used through
 * reflection; {@link HostedApi} resolves them once, and a Jetty that lacks one is not used for splicing.
 */
package org.streamlitgateway.container.jetty.hosted;
