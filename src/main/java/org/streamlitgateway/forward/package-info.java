/**
 * What of a request goes on to Streamlit and what of its answer comes back: the same rules for HTTP exchanges and
 * WebSocket handshakes. The inbound message is only read; the outbound one is built.
 */
package org.streamlitgateway.forward;
