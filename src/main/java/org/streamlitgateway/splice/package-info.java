/**
 * The relay of the embedded gateway, of Jetty and of Tomcat: once both sides have agreed, the bytes of both sockets pass
 * on as they are (a browser's masked frames are valid upstream as they stand), while a small state machine follows the
 * frame headers.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>Each {@link org.streamlitgateway.splice.Direction} owns the state of its bytes; only its drain touches it, one
 *       thread at a time, and never waits. {@link org.streamlitgateway.splice.Splice#end} closes both, once.
 *   <li>One side is read only when the other has taken everything that came before. A session without bytes under way
 *       holds no buffer.
 *   <li>Bytes of our own (pings, close frames, a changed message) go in between frames only. Where a frame has been
 *       begun and will not be finished, the connection is cut instead.
 *   <li>Control frames and messages that are looked at are held until they are whole.
 * </ol>
 *
 * <p>A {@link org.streamlitgateway.splice.Handover} gets the browser's {@link org.streamlitgateway.splice.Wire} from the
 * container. What uses classes of one container is loaded only there.
 */
package org.streamlitgateway.splice;
