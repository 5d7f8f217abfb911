/**
 * The HTTP and WebSocket clients that talk to Streamlit. Connections are pooled for repeatable requests only. All others
 * travel on a connection of their own, because Streamlit closes idle connections after 5 s, possibly while a request is on
 * its way.
 */
package org.streamlitgateway.upstream.client;
