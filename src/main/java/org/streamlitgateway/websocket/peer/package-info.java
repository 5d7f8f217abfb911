/**
 * What a session knows of one peer: whether it is alive, how much it has yet to acknowledge, and the close notifications
 * still on their way to it. Shared by both relays and by channels.
 */
package org.streamlitgateway.websocket.peer;
