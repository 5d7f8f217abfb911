/**
 * A Tomcat that runs the gateway as a web application. {@link TomcatLinkCheck} resolves the classes and methods used, so that
 * a Tomcat that lacks one is not used for splicing.
 */
package org.streamlitgateway.container.tomcat;
