/**
 * WebSocket handshakes and sessions: one browser, one Streamlit, and a {@link Relay} between them.
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
 *     |                       messages, by the relay                                 |
 *     |&lt;----------------------------------------------------------------------------&gt;|
 * </pre>
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>Streamlit is dialled first; the browser's handshake is accepted only after Streamlit has accepted.
 *   <li>Bytes are read from one side only after the other side has taken the bytes before them, except for a fixed credit
 *       and a few kilobytes of batched small messages. Memory per session does not grow with message size.
 *   <li>Whichever side ends or fails, the relay closes both sides, once.
 *   <li>Pings are sent between frames only, and only to a side that has been silent. A browser that answers none is gone.
 *       A Streamlit that answers none may be busy, and is given the stall timeout.
 *   <li>No endpoint is registered by path: a container would let such handshakes bypass the gateway servlet.
 * </ol>
 */
package org.streamlitgateway.websocket;
