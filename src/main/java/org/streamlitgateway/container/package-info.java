/**
 * What differs between servlet containers, behind interfaces: taking over a browser's socket ({@link SocketTakeover}),
 * noticing that a client has disconnected ({@link DisconnectDetector}), aborting a response, and upgrading through Jakarta
 * WebSocket. Subpackages implement the interfaces for one container each; this package knows none of them.
 */
package org.streamlitgateway.container;
