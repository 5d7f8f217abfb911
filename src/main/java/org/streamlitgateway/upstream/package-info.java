/**
 * The way to Streamlit: the one HttpClient and WebSocketClient of the gateway, and what is known of each replica.
 * Connections are pooled for requests that may be repeated; all others travel on a connection of their own, because
 * Streamlit closes idle ones after 5 s and may do so under a request.
 */
package org.streamlitgateway.upstream;
