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
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;
import org.streamlitgateway.websocket.SessionRegistry;

/** Joins by a {@link MessageBridge}: the container's Jakarta WebSocket on one side, Jetty's WebSocketClient on the other. */
public final class BridgeFactory implements Relay.Kind {
    /**
     * RFC 3986: what may stand in a path and query. Some browsers send more. Possessive: else a long target takes a
     * stack frame for each of its characters.
     */
    private static final Pattern URI_CHARACTERS =
            Pattern.compile("/(?!/)(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*+");

    private final JakartaUpgrade acceptor;
    private final WebSocketClient client;
    private final SessionRegistry relays;

    public BridgeFactory(JakartaUpgrade acceptor, WebSocketClient client, SessionRegistry relays) {
        this.acceptor = acceptor;
        this.client = client;
        this.relays = relays;
    }

    @Override
    public Relay create(HttpServletRequest request, String name, String prefix) {
        return new MessageBridge(this, relays, name, prefix);
    }

    /** Begins; the answer is what breaks it off. */
    Runnable dial(MessageBridge bridge, Relay.Dial dial, Relay.Answer answer) {
        Upgrade upgrade = new Upgrade(dial, answer);
        try {
            client.connect(
                            new UpstreamListener(bridge),
                            new ClientUpgradeRequest(URI.create("ws://" + dial.address() + "/")),
                            upgrade)
                    .whenComplete(upgrade::dialled);
        } catch (IOException | RuntimeException refusal) {
            answer.failed(refusal);
        }
        return upgrade::abort;
    }

    void accept(MessageBridge bridge, HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        acceptor.accept(request, response, new BrowserEndpoint(bridge), subprotocol);
    }

    static boolean isUri(String target) {
        return URI_CHARACTERS.matcher(target).matches();
    }

    /** The target and the headers go out as the browser sent them, not as Jetty's request would rebuild them. */
    private static final class Upgrade implements JettyUpgradeListener {
        /** What begins no code: Jetty fails at it, and Streamlit reads it as it reads the code for the sign itself. */
        private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");

        private final Relay.Dial dial;
        private final Relay.Answer answer;
        private volatile HttpFields answered = HttpFields.EMPTY;
        private volatile Request request;

        Upgrade(Relay.Dial dial, Relay.Answer answer) {
            this.dial = dial;
            this.answer = answer;
        }

        @Override
        public void onHandshakeRequest(Request made) {
            request = made;
            made.tag(UpstreamClient.Fresh.HANDSHAKE);
            String target = STRAY_PERCENT.matcher(dial.target()).replaceAll("%25");
            if (isUri(target)) {
                made.path(target);
            } else { // Jetty wants a URI before it sends and once the answer is there
                made.onRequestBegin(begun -> made.path(target));
                made.onRequestSuccess(sent -> made.path("/"));
            }
            made.headers(fields -> {
                List.of("Pragma", "Cache-Control", "User-Agent").forEach(fields::remove);
                for (String name : dial.headers().getFieldNamesCollection()) {
                    fields.remove(name);
                    dial.headers().getValuesList(name).forEach(value -> fields.add(name, value)); // each its own line
                }
            });
        }

        @Override
        public void onHandshakeResponse(Request sent, Response response) {
            answered = HttpFields.build(response.getHeaders());
        }

        /** Does nothing once Streamlit has answered. */
        void abort() {
            Request dialled = request;
            if (dialled != null) {
                dialled.abort(new IOException("given up"));
            }
        }

        /** After a 101 that is not right Jetty forgets the connection, open. */
        private void leave() {
            Connection connection = request == null ? null : request.getConnection();
            if (connection != null) {
                connection.close();
            }
        }

        void dialled(Session session, Throwable refusal) {
            Throwable cause = refusal instanceof CompletionException ? refusal.getCause() : refusal;
            if (cause == null) {
                answer.accepted(answered);
            } else if (cause instanceof UpgradeException refused && refused.getResponseStatusCode() >= 300) {
                answer.refused(refused.getResponseStatusCode(), answered);
            } else {
                leave();
                answer.failed(cause);
            }
        }
    }
}
