package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;

/** Takeover of a browser's socket from the servlet container. Thread-safe. */
public interface SocketTakeover {
    /** Whether the socket of this handshake can be taken over; by default, every HTTP/1.1 connection can. */
    default boolean canTakeOver(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/1.1");
    }

    /**
     * Requests the takeover. Called before the status of the response is set: 101, or 200 over HTTP/2.
     *
     * @param onOpen receives the socket after the response has been sent; not called if the browser has disconnected
     * @throws IOException if the container refuses; the caller must then answer the request
     */
    void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) throws IOException;

    /** Closes the remaining sockets when the gateway stops and the container keeps running. */
    default void close() {}
}
