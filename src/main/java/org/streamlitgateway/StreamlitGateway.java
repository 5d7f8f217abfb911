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
 * <p>A gateway is started once and closed once; both may be called from any thread. Settings without a method of
 * their own are given by their command-line name with {@link Builder#set}.
 */
public final class StreamlitGateway implements AutoCloseable {
    private final GatewayConfig config;
    private EmbeddedServer jetty;
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
     * Starts Streamlit when the gateway is to look after it, opens the port, and returns when both are ready.
     *
     * @return this
     * @throws IOException when the port is taken or Streamlit does not start; the message says what and is fit for a
     *     user. Nothing is left running.
     */
    public StreamlitGateway start() throws IOException {
        try {
            EmbeddedServer opened = open();
            opened.startApps(); // close() may come meanwhile, and ends the wait
            return this;
        } catch (IOException | RuntimeException failure) {
            close();
            throw failure;
        } catch (Exception failure) {
            close();
            throw new IOException("the gateway did not start: " + failure, failure);
        }
    }

    private synchronized EmbeddedServer open() throws Exception {
        if (jetty != null || closed) {
            throw new IllegalStateException("started or closed already");
        }
        jetty = new EmbeddedServer(config);
        jetty.start();
        return jetty;
    }

    /** The address to open in a browser, with a slash at its end; with port 0, the port that was found. */
    public synchronized URI uri() {
        return jetty.uri();
    }

    /** Where Streamlit is, as {@code http://host:port}. */
    public synchronized URI upstream() {
        return URI.create("http://" + jetty.firstUpstream());
    }

    /** Goes on with another configuration; see {@link EmbeddedServer#take}. */
    synchronized void take(GatewayConfig next) throws Exception {
        if (jetty != null) {
            jetty.take(next);
        }
    }

    /**
     * Stops in order: not ready any more, for {@code drain-delay}; no new connections; WebSockets closed with 1012, so
     * that browsers come back, over {@code close-spread}; running requests finish, within {@code stop-timeout}; then
     * Streamlit, when the gateway started it. Does nothing the second time.
     */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (jetty != null) {
                jetty.stop();
            }
        } catch (Exception failure) {
            throw new IllegalStateException("the gateway did not stop in order", failure);
        } finally {
            jetty = null;
        }
    }

    /** What a gateway is made of. Not thread-safe. */
    public static final class Builder {
        private final Map<String, String> values = new LinkedHashMap<>();
        private final List<String> streamlitArguments = new ArrayList<>();
        private Path file;

        private Builder() {}

        /** Where Streamlit is listening; default {@code localhost:8501}. */
        public Builder streamlit(String host, int port) {
            return set("streamlit-host", host).set("streamlit-port", Integer.toString(port));
        }

        /** Where the gateway listens; default {@code 0.0.0.0:8500}; port 0 picks a free one. */
        public Builder listen(String host, int port) {
            return set("proxy-host", host).set("proxy-port", Integer.toString(port));
        }

        /** Path under which the app is served; default {@code /}. */
        public Builder contextPath(String path) {
            return set("context-path", path);
        }

        /** Start Streamlit on this script, with these arguments, and look after it. */
        public Builder app(String script, String... arguments) {
            streamlitArguments.addAll(List.of(arguments));
            return set("app", script);
        }

        /** A configuration file, YAML or properties; what is set here beats what stands there. */
        public Builder config(Path file) {
            this.file = file;
            return this;
        }

        /** A feed that pages may subscribe to, as after {@code --channel}; may be called again. */
        public Builder channel(String channel) {
            values.merge("channel", channel, (before, more) -> before + "\n" + more);
            return this;
        }

        /** Any setting by its command-line name without dashes, such as {@code handshake-timeout}. */
        public Builder set(String name, String value) {
            values.put(name, value);
            return this;
        }

        /**
         * Checks all that was given.
         *
         * @throws IllegalArgumentException when something given is not usable; the message names everything
         */
        public StreamlitGateway build() {
            try {
                Settings settings = new Settings().commandLine(values).streamlitArguments(streamlitArguments);
                return new StreamlitGateway((file == null ? settings : settings.file(file)).read());
            } catch (ConfigException unusable) {
                throw new IllegalArgumentException(unusable.getMessage(), unusable);
            }
        }
    }
}
