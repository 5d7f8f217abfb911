/**
 * Builds the headers sent to Streamlit and those returned to the browser, by the same rules for HTTP exchanges and WebSocket
 * handshakes. The inbound message is only read.
 */
package org.streamlitgateway.headers;
