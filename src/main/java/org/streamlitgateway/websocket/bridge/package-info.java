/**
 * The relay for any container: whole messages, by way of Jakarta WebSocket on the browser's side and Jetty's WebSocket client
 * on Streamlit's. Small messages are batched, so that a rerun is flushed once.
 */
package org.streamlitgateway.websocket.bridge;
