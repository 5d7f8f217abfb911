/**
 * WebSocket frames (RFC 6455 section 5): headers, control frames, UTF-8 validation, close codes. Knows no sockets.
 */
package org.streamlitgateway.websocket.frame;
