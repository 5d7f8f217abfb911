package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Consumer;

/** How a container hands the socket of a browser over. Thread-safe. */
public interface SocketTakeover {
    /** Whether it can hand over what this handshake came on: a connection of HTTP/1.1, or something else, too. */
    default boolean takes(HttpServletRequest request) {
        return request.getProtocol().equals("HTTP/1.1");
    }

    /**
     * Called before the 101, or over HTTP/2 the 200, is put into the response.
     *
     * @param onOpen called when it has been, with the socket; never when the browser has left
     * @throws IOException when the container does not hand it over; the response is still to be answered
     */
    void upgrade(HttpServletRequest request, Consumer<RawSocket> onOpen) throws IOException;

    /** Closes what is left of the sockets, if the container goes on without us. */
    default void close() {}
}
