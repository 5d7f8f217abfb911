/**
 * The relay for any container: forwards messages between Jakarta WebSocket on the browser's side and Jetty's WebSocket
 * client on Streamlit's. Small messages are batched, and a rerun's messages are flushed together.
 */
package org.streamlitgateway.websocket.bridge;
