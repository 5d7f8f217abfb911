/**
 * WebSocket sessions: one browser, one Streamlit, and the bridge between them.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>Streamlit is dialled first; the browser is accepted only after Streamlit has accepted.
 *   <li>Nothing is read from one side before the other side took what came before, but for a fixed credit and the
 *       few kilobytes of small messages that leave together. Memory per session does not grow with message size.
 *   <li>Whichever side ends or fails, {@link org.streamlitgateway.bridge.Bridge#end} closes both, once.
 *   <li>Pings of ours go out only between frames, and only to a side that has been silent. A browser that answers none
 *       is gone; a Streamlit that answers none may be busy, and is waited for as long as a stall may last.
 *   <li>No endpoint is registered by path: containers would let such handshakes pass the front door by.
 * </ol>
 */
package org.streamlitgateway.bridge;
