/**
 * Streamlit's wire format as far as the gateway depends on it: paths, cookies, WebSocket subprotocols, and the protobuf
 * fields that it reads or changes. Adapting the gateway to a new Streamlit release changes this package only.
 */
package org.streamlitgateway.streamlit;
