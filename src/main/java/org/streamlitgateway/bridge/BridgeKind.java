package org.streamlitgateway.bridge;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
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

/** Joins by a {@link Bridge}: the container's Jakarta WebSocket on one side, Jetty's WebSocketClient on the other. */
public final class BridgeKind implements Relay.Kind {
    private final ServerContainer container;
    private final WebSocketClient client;
    private final Relays relays;

    public BridgeKind(ServerContainer container, WebSocketClient client, Relays relays) {
        this.container = container;
        this.client = client;
        this.relays = relays;
    }

    @Override
    public Relay create(HttpServletRequest request, String name, String prefix) {
        return new Bridge(this, relays, name, prefix);
    }

    /** Begins; the answer is what breaks it off. */
    Runnable dial(Bridge bridge, Relay.Dial dial, Relay.Answer answer) {
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

    /** Programmatic, for this one handshake: no endpoint is registered by path. */
    void accept(Bridge bridge, HttpServletRequest request, HttpServletResponse response, String subprotocol)
            throws IOException {
        ServerEndpointConfig endpoint = ServerEndpointConfig.Builder.create(BrowserEndpoint.class, "/")
                .configurator(new Acceptance(bridge, subprotocol))
                .build();
        try {
            container.upgradeHttpToWebSocket(new Plain(request), response, endpoint, Map.of());
        } catch (DeploymentException | RuntimeException lost) {
            throw new IOException("not upgraded", lost);
        }
    }

    /** The target and the headers go out as the browser sent them, not as Jetty's request would rebuild them. */
    private static final class Upgrade implements JettyUpgradeListener {
        /** RFC 3986: what may stand in a path and query. Some browsers send more. */
        private static final Pattern URI_CHARACTERS =
                Pattern.compile("/(?!/)(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*");

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
            if (URI_CHARACTERS.matcher(dial.target()).matches()) {
                made.path(dial.target());
            } else { // Jetty wants a URI before it sends and once the answer is there
                made.onRequestBegin(begun -> made.path(dial.target()));
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

    /** Containers parse the address once more, and some refuse what browsers do send; nobody asks the endpoint for it. */
    private static final class Plain extends HttpServletRequestWrapper {
        Plain(HttpServletRequest request) {
            super(request);
        }

        @Override
        public String getRequestURI() {
            return "/";
        }

        @Override
        public String getQueryString() {
            return null;
        }
    }

    /** Answers the subprotocol that Streamlit chose, and no extensions. */
    private static final class Acceptance extends ServerEndpointConfig.Configurator {
        private final Bridge bridge;
        private final String subprotocol;

        Acceptance(Bridge bridge, String subprotocol) {
            this.bridge = bridge;
            this.subprotocol = subprotocol;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(new BrowserEndpoint(bridge));
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return subprotocol == null ? "" : subprotocol;
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> wanted) {
            return List.of();
        }

        @Override
        public boolean checkOrigin(String origin) {
            return true; // checked by the guard before Streamlit was dialled
        }
    }
}
