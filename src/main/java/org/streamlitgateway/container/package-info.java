/**
 * Interfaces to the features that differ between servlet containers: taking over a browser's socket ({@link
 * SocketTakeover}), detecting that a client has disconnected ({@link DisconnectDetector}), aborting a response, and
 * accepting handshakes by Jakarta WebSocket. Each subpackage implements them for one container; this package depends on
 * none of them.
 */
package org.streamlitgateway.container;
