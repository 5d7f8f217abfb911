/**
 * All that the gateway knows of Streamlit's wire format: paths, cookies, WebSocket subprotocols, and the few fields of its
 * protobuf messages that are read or changed. A new Streamlit release is adapted to here.
 */
package org.streamlitgateway.streamlit;
