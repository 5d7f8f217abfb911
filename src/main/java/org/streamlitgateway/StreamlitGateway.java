package org.streamlitgateway;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.gateway.Gateway;
import org.streamlitgateway.server.EmbeddedServer;

/**
 * A gateway in this JVM, in front of a Streamlit app.
 *
 * <pre>{@code
 * try (StreamlitGateway gateway = StreamlitGateway.builder()
 *         .streamlit("localhost", 8501)
 *         .listen("0.0.0.0", 8500)
 *         .build()
 *         .start()) {
 *     System.out.println(gateway.uri());
 * }
 * }</pre>
 *
 * <p>A gateway can be started once and closed once, from any thread. {@link Builder#set} accepts settings that have no
 * method of their own, by their command-line name.
 */
public final class StreamlitGateway implements AutoCloseable {
    private final GatewayConfig config;
    private EmbeddedServer server;
    private boolean closed;

    private StreamlitGateway(GatewayConfig config) {
        this.config = config;
    }

    public static Builder builder() {
        return new Builder();
    }

    static StreamlitGateway of(GatewayConfig config) {
        return new StreamlitGateway(config);
    }

    /**
     * Opens the port, starts Streamlit if {@link Builder#app} is set, and returns when both are ready.
     *
     * @return this
     * @throws IOException if the port is in use or Streamlit does not start; the message is fit for a user. Nothing is
     *     left running.
     */
    public StreamlitGateway start() throws IOException {
        try {
            EmbeddedServer opened = open();
            opened.startApps(); // a concurrent close() ends this wait
            return this;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        } catch (Exception e) {
            close();
            throw new IOException("the gateway did not start: " + e, e);
        }
    }

    private synchronized EmbeddedServer open() throws Exception {
        if (server != null || closed) {
            throw new IllegalStateException("the gateway was already started or closed");
        }
        server = new EmbeddedServer(config);
        server.start();
        return server;
    }

    /** Returns the address to open in a browser, with the actual port; ends with a slash. Only valid while running. */
    public synchronized URI uri() {
        return server.uri();
    }

    /** Returns the address of Streamlit, as {@code http://host:port}. Only valid while running. */
    public synchronized URI upstream() {
        return URI.create("http://" + server.firstUpstream());
    }

    /** Returns the inner gateway. Only valid while running. */
    synchronized Gateway gateway() {
        return server.gateway();
    }

    /** Applies another configuration; see {@link EmbeddedServer#apply}. */
    synchronized void apply(GatewayConfig next) throws Exception {
        if (server != null) {
            server.apply(next);
        }
    }

    /** Opens the file of the access log again, after it was renamed. */
    public synchronized void reopenLogs() {
        if (server != null) {
            server.reopenLogs();
        }
    }

    /**
     * Stops in order: reports "not ready" for {@code drain-delay}; refuses new connections; closes WebSockets with 1012 over
     * {@code close-spread}, which makes browsers reconnect; waits up to {@code stop-timeout} for running requests; stops
     * Streamlit if the gateway started it. A second call does nothing.
     */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (server != null) {
                server.stop();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the gateway did not stop cleanly: " + e, e);
        } finally {
            server = null;
        }
    }

    /** Settings of a gateway to be built. Not thread-safe. */
    public static final class Builder {
        private final Map<String, String> values = new LinkedHashMap<>();
        private final List<String> streamlitArguments = new ArrayList<>();
        private Path file;

        private Builder() {}

        /** Sets the address of a running Streamlit; default {@code localhost:8501}. */
        public Builder streamlit(String host, int port) {
            return set("streamlit-host", host).set("streamlit-port", Integer.toString(port));
        }

        /** Sets the address on which the gateway listens; default {@code 0.0.0.0:8500}. Port 0 picks a free one. */
        public Builder listen(String host, int port) {
            return set("proxy-host", host).set("proxy-port", Integer.toString(port));
        }

        /** Sets the path under which the app is served; default {@code /}. */
        public Builder contextPath(String path) {
            return set("context-path", path);
        }

        /** Runs this Streamlit script, with these arguments for Streamlit, and supervises the process. */
        public Builder app(String script, String... arguments) {
            streamlitArguments.addAll(List.of(arguments));
            return set("app", script);
        }

        /** Reads a configuration file, YAML or properties. Settings of this builder take precedence over it. */
        public Builder config(Path file) {
            this.file = file;
            return this;
        }

        /** Adds a feed that pages may subscribe to, in the form of {@code --channel}. */
        public Builder channel(String channel) {
            values.merge("channel", channel, (channels, added) -> channels + "\n" + added);
            return this;
        }

        /** Sets any setting by its command-line name without dashes, such as {@code handshake-timeout}. */
        public Builder set(String name, String value) {
            values.put(name, value);
            return this;
        }

        /**
         * Validates all settings and returns a gateway that is not yet started.
         *
         * @throws IllegalArgumentException if the configuration is not valid; the message lists all problems
         */
        public StreamlitGateway build() {
            try {
                Settings settings = new Settings().commandLine(values).streamlitArguments(streamlitArguments);
                return new StreamlitGateway((file == null ? settings : settings.file(file)).read());
            } catch (ConfigException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
    }
}
