package org.streamlitgateway.websocket.splice;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.util.WebSocketUtils;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.jetty.JettySocket;
import org.streamlitgateway.upstream.client.RawRequest;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;

/** Handshake with Streamlit (RFC 6455 section 4.1). Passes on the socket once Streamlit has accepted. */
final class UpstreamHandshake implements HttpUpgrader {
    private static final int KEY_BYTES = 16;
    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol";

    private final SpliceFactory factory;
    private final Relay.UpstreamRequest upstreamRequest;
    private final Relay.HandshakeListener listener;
    private final Consumer<RawSocket> onOpen;
    private final String key;
    private final Request request;

    UpstreamHandshake(
            SpliceFactory factory,
            Relay.UpstreamRequest upstreamRequest,
            Relay.HandshakeListener listener,
            Consumer<RawSocket> onOpen) {
        this.factory = factory;
        this.upstreamRequest = upstreamRequest;
        this.listener = listener;
        this.onOpen = onOpen;
        byte[] random = new byte[KEY_BYTES];
        ThreadLocalRandom.current().nextBytes(random);
        this.key = Base64.getEncoder().encodeToString(random);
        this.request = new RawRequest(factory.client(), upstreamRequest.address(), "GET", upstreamRequest.target());
    }

    void send() {
        request.headers(fields -> fields.clear()
                .add(upstreamRequest.headers())
                .put("Upgrade", "websocket")
                .put("Connection", "Upgrade")
                .put("Sec-WebSocket-Key", key)
                .put("Sec-WebSocket-Version", "13"));
        request.tag(UpstreamClient.Fresh.HANDSHAKE);
        request.idleTimeout(0, TimeUnit.MILLISECONDS); // the handshake timeout applies
        request.attribute(HttpUpgrader.Factory.class.getName(), (HttpUpgrader.Factory) version -> this);
        request.send(this::completed);
    }

    void abort(String reason) {
        request.abort(new IOException(reason));
    }

    @Override
    public void prepare(Request prepared) {
        // send has set all headers
    }

    /** Called on a 101. */
    @Override
    public void upgrade(Response response, EndPoint endPoint, Callback callback) {
        String violation = violation(response.getHeaders());
        if (violation != null) {
            endPoint.close();
            callback.failed(new IOException(violation));
            return;
        }
        endPoint.upgrade(new JettySocket(endPoint, factory.client().getExecutor(), onOpen));
        callback.succeeded();
        listener.accepted(response.getHeaders());
    }

    /**
     * Returns how the response violates RFC 6455 section 4.1, or {@code null}. An extension or subprotocol that was not
     * offered would change the meaning of the bytes for the browser.
     */
    private String violation(HttpFields headers) {
        if (!WebSocketUtils.hashKey(key).equals(headers.get("Sec-WebSocket-Accept"))) {
            return "Sec-WebSocket-Accept does not match the key";
        }
        if (headers.contains(EXTENSIONS)) {
            return "the server chose an extension that was not offered";
        }
        List<String> chosen = headers.getValuesList(PROTOCOL);
        boolean offered = chosen.isEmpty() || chosen.size() == 1 && isOffered(chosen.get(0));
        return offered ? null : "the server chose a subprotocol that was not offered";
    }

    private boolean isOffered(String protocol) {
        return upstreamRequest.headers().getCSV(PROTOCOL, false).contains(protocol.trim());
    }

    /** Called for every result but a 101. */
    private void completed(Result result) {
        int status = result.getResponse() == null ? 0 : result.getResponse().getStatus();
        if (status >= 300) {
            listener.refused(status, result.getResponse().getHeaders());
        } else if (result.isFailed()) {
            listener.failed(result.getFailure());
        } else {
            listener.failed(new IOException("status " + status + " in answer to a WebSocket handshake"));
        }
    }
}
