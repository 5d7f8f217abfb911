/**
 * A Tomcat that runs the gateway as a web application. {@link TomcatLinkCheck} resolves the internal classes and
 * methods that are used; in a Tomcat that lacks one of them, sockets are not taken over.
 */
package org.streamlitgateway.container.tomcat;
