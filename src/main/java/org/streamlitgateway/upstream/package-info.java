/**
 * The way to Streamlit: the one HttpClient and WebSocketClient of the gateway ({@link
 * org.streamlitgateway.upstream.UpstreamClient}), and what is known of each {@link
 * org.streamlitgateway.upstream.Replica}: whether it is up, whom it serves, how it leaves. Connections are pooled for
 * requests that may be repeated; all others travel on a connection of their own, because Streamlit closes idle ones after
 * 5 s and may do so under a request.
 */
package org.streamlitgateway.upstream;
