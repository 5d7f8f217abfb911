package org.streamlitgateway.websocket.splice;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.io.ByteBufferPool;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionRegistry;

/** Joins by a {@link Splice}: browsers' connections, and their streams of HTTP/2. */
public final class SpliceFactory implements Relay.Kind {
    /** RFC 6455 section 1.3. */
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Relay.Kind otherwise;
    private final SocketTakeover handover;
    private final HttpClient client;
    private final SessionRegistry relays;

    /** @param otherwise for handshakes on what the container does not hand over */
    public SpliceFactory(Relay.Kind otherwise, SocketTakeover handover, HttpClient client, SessionRegistry relays) {
        this.otherwise = otherwise;
        this.handover = handover;
        this.client = client;
        this.relays = relays;
    }

    @Override
    public Relay create(HttpServletRequest request, String name, String prefix) {
        return handover.takes(request)
                ? new Splice(this, relays, name, prefix)
                : otherwise.create(request, name, prefix);
    }

    HttpClient client() {
        return client;
    }

    ByteBufferPool buffers() {
        return client.getByteBufferPool();
    }

    /** Answers the browser; the container hands its socket over when the answer has been sent. */
    void accept(
            HttpServletRequest request, HttpServletResponse response, String subprotocol, Consumer<RawSocket> onOpen)
            throws IOException {
        if (response.isCommitted()) {
            throw new IOException("something in front has answered already");
        }
        handover.upgrade(request, onOpen);
        if (request.getProtocol().equals("HTTP/2.0")) {
            response.setStatus(HttpServletResponse.SC_OK); // RFC 8441 section 5
        } else {
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "Upgrade");
            response.setHeader("Sec-WebSocket-Accept", acceptFor(request.getHeader("Sec-WebSocket-Key")));
        }
        if (subprotocol != null) {
            response.setHeader("Sec-WebSocket-Protocol", subprotocol);
        }
    }

    /** RFC 6455 section 4.2.2. */
    static String acceptFor(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key.trim() + ACCEPT_SUFFIX).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }
}
