/**
 * How subscribers connect: WebSocket through Jakarta or Jetty, server-sent events, and POST.
 */
package org.streamlitgateway.channel.transport;
