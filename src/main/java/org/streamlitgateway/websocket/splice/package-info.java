/**
 * The relay for the embedded server, Jetty and Tomcat: after both handshakes, it copies bytes between the raw sockets
 * unchanged and parses only the frame headers. A browser's masked frames are valid upstream as they are.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>One thread at a time runs a {@link FramePipe}, and never waits. {@link Splice#end} closes both pipes, once.
 *   <li>A peer is read only after the other has accepted all earlier bytes. A session with no bytes in transit holds no
 *       buffer.
 *   <li>The gateway inserts its own bytes (pings, pongs, close frames, a changed message) between frames only. If a
 *       frame has been begun and cannot be finished, the connection is aborted instead.
 *   <li>Control frames and inspected messages are held until they are complete.
 * </ol>
 *
 * <p>A {@link org.streamlitgateway.container.SocketTakeover} provides the browser's
 * {@link org.streamlitgateway.container.RawSocket}.
 */
package org.streamlitgateway.websocket.splice;
