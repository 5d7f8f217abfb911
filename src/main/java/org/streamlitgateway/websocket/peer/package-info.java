/**
 * Peer state shared by both relays and by channels: liveness, unacknowledged bytes, and pending close frames.
 */
package org.streamlitgateway.websocket.peer;
