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
 * Acceptor of WebSocket handshakes through Jakarta WebSocket. Each handshake gets its own endpoint, and none is
 * registered at a path that clients could request. Thread-safe.
 */
public final class JakartaUpgrade {
    private final ServerContainer container;

    /** @throws IllegalStateException if the container is known not to support upgrades in an asynchronous dispatch */
    public JakartaUpgrade(ServerContainer container) {
        if (container.getClass().getName().startsWith("org.glassfish.tyrus.")) {
            throw new IllegalStateException("this container (GlassFish, Payara) cannot accept a WebSocket after"
                    + " waiting for Streamlit's answer; use Jetty, Tomcat, WildFly or java -jar");
        }
        this.container = container;
    }

    /**
     * Accepts a handshake with status 101.
     *
     * @param subprotocol the chosen one, or {@code null}
     * @throws IOException if the container did not upgrade; unless the response is committed, the caller must answer
     */
    public void accept(HttpServletRequest request, HttpServletResponse response, Endpoint endpoint, String subprotocol)
            throws IOException {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(endpoint.getClass(), "/")
                .configurator(new SingleHandshake(endpoint, subprotocol == null ? "" : subprotocol))
                .build();
        try {
            container.upgradeHttpToWebSocket(new RootRequest(request), response, config, Map.of());
        } catch (DeploymentException | RuntimeException e) {
            throw new IOException("the container did not upgrade the connection", e);
        }
        if (!response.isCommitted() && response.getStatus() != HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            throw new IOException("the container did not upgrade the connection but answers " + response.getStatus());
        }
    }

    /**
     * Request with the URI {@code /}: containers parse the URI again, and some reject characters that browsers send.
     */
    private static final class RootRequest extends HttpServletRequestWrapper {
        RootRequest(HttpServletRequest request) {
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

    /** Configurator of one endpoint, with the chosen subprotocol and no extensions. */
    private static final class SingleHandshake extends ServerEndpointConfig.Configurator {
        private final Endpoint endpoint;
        private final String subprotocol;

        SingleHandshake(Endpoint endpoint, String subprotocol) {
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
            return true; // the gateway has checked it
        }
    }
}
