package org.streamlitgateway.websocket.bridge;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.exceptions.UpgradeException;
import org.eclipse.jetty.websocket.client.ClientUpgradeRequest;
import org.eclipse.jetty.websocket.client.JettyUpgradeListener;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.streamlitgateway.container.JakartaUpgrade;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.RelayFactory;
import org.streamlitgateway.websocket.SessionRegistry;

/** Factory of {@link MessageBridge}s between the container's Jakarta WebSocket and Jetty's WebSocket client. */
public final class BridgeFactory implements RelayFactory {
    /**
     * Path and query of RFC 3986; some browsers send other characters. The quantifier is possessive, because a greedy
     * one takes a stack frame per character.
     */
    private static final Pattern URI_CHARACTERS =
            Pattern.compile("/(?!/)(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*+");

    private final JakartaUpgrade upgrade;
    private final WebSocketClient client;
    private final SessionRegistry sessions;

    public BridgeFactory(JakartaUpgrade upgrade, WebSocketClient client, SessionRegistry sessions) {
        this.upgrade = upgrade;
        this.client = client;
        this.sessions = sessions;
    }

    @Override
    public Relay create(HttpServletRequest request, String name, String prefix, SessionObserver observer) {
        return new MessageBridge(this, sessions, name, prefix, observer);
    }

    /** Starts a handshake with Streamlit; the returned task aborts it. */
    Runnable dial(MessageBridge bridge, Relay.UpstreamRequest request, Relay.HandshakeListener listener) {
        UpstreamDial dial = new UpstreamDial(request, listener);
        try {
            client.connect(
                            new UpstreamListener(bridge),
                            new ClientUpgradeRequest(URI.create("ws://" + request.address() + "/")),
                            dial)
                    .whenComplete(dial::completed);
        } catch (IOException | RuntimeException e) {
            listener.failed(e);
        }
        return dial::abort;
    }

    void accept(MessageBridge bridge, HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        upgrade.accept(request, response, new BrowserEndpoint(bridge), subprotocol);
    }

    static boolean isUri(String target) {
        return URI_CHARACTERS.matcher(target).matches();
    }

    /**
     * One handshake with Streamlit. Sends target and headers as the browser sent them, not as Jetty's request rebuilds
     * them.
     */
    private static final class UpstreamDial implements JettyUpgradeListener {
        /** Percent sign that begins no escape: Jetty fails at it, and Streamlit reads it like {@code %25}. */
        private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

        private final Relay.UpstreamRequest upstreamRequest;
        private final Relay.HandshakeListener listener;
        private volatile HttpFields responseHeaders = HttpFields.EMPTY;
        private volatile Request request;

        UpstreamDial(Relay.UpstreamRequest upstreamRequest, Relay.HandshakeListener listener) {
            this.upstreamRequest = upstreamRequest;
            this.listener = listener;
        }

        @Override
        public void onHandshakeRequest(Request created) {
            request = created;
            created.tag(UpstreamClient.Fresh.HANDSHAKE);
            String target = STRAY_PERCENT.matcher(upstreamRequest.target()).replaceAll("%25");
            if (isUri(target)) {
                created.path(target);
            } else { // Jetty parses the path as a URI before it sends the request, and again at the response
                created.onRequestBegin(begun -> created.path(target));
                created.onRequestSuccess(sent -> created.path("/"));
            }
            created.headers(fields -> {
                List.of("Pragma", "Cache-Control", "User-Agent").forEach(fields::remove);
                HttpFields headers = upstreamRequest.headers();
                for (String name : headers.getFieldNamesCollection()) {
                    fields.remove(name);
                    headers.getValuesList(name).forEach(value -> fields.add(name, value)); // one line each
                }
            });
        }

        @Override
        public void onHandshakeResponse(Request sent, Response response) {
            responseHeaders = HttpFields.build(response.getHeaders());
        }

        /** Aborts the handshake; has no effect after Streamlit has answered. */
        void abort() {
            Request sent = request;
            if (sent != null) {
                sent.abort(new IOException("the handshake was abandoned"));
            }
        }

        /** Closes the connection, which Jetty leaves open after an invalid 101. */
        private void closeConnection() {
            Connection connection = request == null ? null : request.getConnection();
            if (connection != null) {
                connection.close();
            }
        }

        void completed(Session session, Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause == null) {
                listener.accepted(responseHeaders);
            } else if (cause instanceof UpgradeException refusal && refusal.getResponseStatusCode() >= 300) {
                listener.refused(refusal.getResponseStatusCode(), responseHeaders);
            } else {
                closeConnection();
                listener.failed(cause);
            }
        }
    }
}
