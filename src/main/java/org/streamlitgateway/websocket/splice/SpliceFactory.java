package org.streamlitgateway.websocket.splice;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.websocket.core.util.WebSocketUtils;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.RelayFactory;
import org.streamlitgateway.websocket.SessionRegistry;

/**
 * Factory of {@link Splice}s for browser sockets that the container can hand over, and of other relays for the rest.
 */
public final class SpliceFactory implements RelayFactory {
    private final RelayFactory fallback;
    private final SocketTakeover takeover;
    private final HttpClient client;
    private final SessionRegistry sessions;

    /** @param fallback creates the relays of sockets that cannot be taken over */
    public SpliceFactory(RelayFactory fallback, SocketTakeover takeover, HttpClient client, SessionRegistry sessions) {
        this.fallback = fallback;
        this.takeover = takeover;
        this.client = client;
        this.sessions = sessions;
    }

    @Override
    public Relay create(HttpServletRequest request, String name, String prefix, SessionObserver observer) {
        return takeover.canTakeOver(request)
                ? new Splice(this, sessions, name, prefix, observer)
                : fallback.create(request, name, prefix, observer);
    }

    HttpClient client() {
        return client;
    }

    ByteBufferPool buffers() {
        return client.getByteBufferPool();
    }

    /**
     * Accepts the browser's handshake.
     *
     * @param onOpen receives the browser's socket after the container has sent the response
     */
    void accept(
            HttpServletRequest request, HttpServletResponse response, String subprotocol, Consumer<RawSocket> onOpen)
            throws IOException {
        if (response.isCommitted()) {
            throw new IOException("the response was already committed, such as by a filter of the container");
        }
        takeover.upgrade(request, onOpen);
        if (request.getProtocol().equals("HTTP/2.0")) {
            response.setStatus(HttpServletResponse.SC_OK); // RFC 8441 section 5
        } else {
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "Upgrade");
            response.setHeader(
                    "Sec-WebSocket-Accept",
                    WebSocketUtils.hashKey(
                            request.getHeader("Sec-WebSocket-Key").trim()));
        }
        if (subprotocol != null) {
            response.setHeader("Sec-WebSocket-Protocol", subprotocol);
        }
    }
}
