/**
 * WebSocket handshakes and sessions. A session connects one browser with one Streamlit by a {@link Relay}.
 *
 * <pre>
 *   browser           WebSocketHandler    Handshake          RelayFactory        Streamlit
 *     |  GET, Upgrade      |                  |                   |                  |
 *     |-------------------&gt;| begin            |                   |                  |
 *     |                    |-----------------&gt;| dial              |                  |
 *     |                    |                  |------------------&gt;| GET, Upgrade     |
 *     |                    |                  |                   |-----------------&gt;|
 *     |                    |                  |                   |        101       |
 *     |                    |                  |  onOpen           |&lt;-----------------|
 *     |                    |      dispatch    |&lt;------------------|                  |
 *     |                    |&lt;-----------------|                   |                  |
 *     |        101         | finish: accept   |                   |                  |
 *     |&lt;-------------------|------------------------------------- &gt;|                  |
 *     |                       messages, through the relay                            |
 *     |&lt;----------------------------------------------------------------------------&gt;|
 * </pre>
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Streamlit is dialled first. The browser's handshake is accepted only after Streamlit has accepted.
 *   <li>A side is read only after the other side has accepted all earlier bytes, except for a fixed credit and batched
 *       small messages. Memory per session does not grow with message size.
 *   <li>Whichever side ends or fails, the relay closes both sides, once.
 *   <li>Pings are sent between frames only, to a silent side, and to a browser with many unacknowledged bytes. A
 *       browser that does not answer is disconnected. A Streamlit that does not answer may be busy, and has time until
 *       the stall timeout.
 *   <li>No endpoint is registered at a path, because a container would let its handshakes bypass the gateway servlet.
 * </ol>
 */
package org.streamlitgateway.websocket;
