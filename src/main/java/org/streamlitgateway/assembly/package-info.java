/**
 * Puts the gateway together, once, for every way of running it. {@link org.streamlitgateway.assembly.Assembly} builds
 * the objects and installs the front door on a ServletContext; embedded Jetty and the WAR's listener only bring the
 * context. The way of a request is {@link org.streamlitgateway.assembly.FrontDoor}.
 */
package org.streamlitgateway.assembly;
