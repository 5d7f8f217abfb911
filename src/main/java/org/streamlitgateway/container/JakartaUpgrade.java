package org.streamlitgateway.container;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Accepts WebSocket handshakes in the container: each by an endpoint made for it, so that none has a path that a client
 * could ask for. Thread-safe.
 */
public final class JakartaUpgrade {
    private final ServerContainer container;

    /** @throws IllegalStateException when the container is known not to be able to do it */
    public JakartaUpgrade(ServerContainer container) {
        if (container.getClass().getName().startsWith("org.glassfish.tyrus.")) {
            throw new IllegalStateException("this container (GlassFish, Payara) cannot accept a WebSocket after having"
                    + " waited for Streamlit's answer; use Jetty, Tomcat, WildFly or java -jar");
        }
        this.container = container;
    }

    /**
     * Answers 101.
     *
     * @param subprotocol the one chosen, or {@code null}
     * @throws IOException when the container did not upgrade and has answered nothing else; unless the response is
     *     committed, it is still to be answered
     */
    public void accept(HttpServletRequest request, HttpServletResponse response, Endpoint endpoint, String subprotocol)
            throws IOException {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(endpoint.getClass(), "/")
                .configurator(new Acceptance(endpoint, subprotocol == null ? "" : subprotocol))
                .build();
        try {
            container.upgradeHttpToWebSocket(new Plain(request), response, config, Map.of());
        } catch (DeploymentException | RuntimeException lost) {
            throw new IOException("not upgraded", lost);
        }
        if (!response.isCommitted() && response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            throw new IOException("not upgraded: the container answers " + response.getStatus());
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

    /** Answers the subprotocol that was chosen, and no extensions. */
    private static final class Acceptance extends ServerEndpointConfig.Configurator {
        private final Endpoint endpoint;
        private final String subprotocol;

        Acceptance(Endpoint endpoint, String subprotocol) {
            this.endpoint = endpoint;
            this.subprotocol = subprotocol;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(endpoint);
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return subprotocol;
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> wanted) {
            return List.of();
        }

        @Override
        public boolean checkOrigin(String origin) {
            return true; // checked by the guard
        }
    }
}
