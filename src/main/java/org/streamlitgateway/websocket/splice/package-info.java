/**
 * The relay for the embedded server, Jetty and Tomcat: once both handshakes are done, bytes are copied between the raw sockets
 * as they are, while a small state machine follows the frame headers. A browser's masked frames are valid upstream unchanged.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Each {@link FramePipe} owns the state of its bytes; one thread at a time runs it, and never waits.
 *       {@link Splice#end} closes both pipes, once.
 *   <li>A side is read only when the other has taken all bytes before. A session with no bytes in transit holds no buffer.
 *   <li>The gateway's own bytes (pings, close frames, a changed message) go between frames only. If a frame has been begun
 *       and cannot be finished, the connection is cut instead.
 *   <li>Control frames and inspected messages are held until they are whole.
 * </ol>
 *
 * <p>A {@link org.streamlitgateway.container.SocketTakeover} provides the browser's
 * {@link org.streamlitgateway.container.RawSocket}.
 */
package org.streamlitgateway.websocket.splice;
