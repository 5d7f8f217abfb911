package org.streamlitgateway.it;

import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.streamlitgateway.StreamlitGateway;

/**
 * The gateway as an object in the test's own JVM: starts quickly and can be debugged; {@code -Ddeployments=embedded}.
 */
public final class EmbeddedDeployment implements Deployment {
    @Override
    public String name() {
        return "embedded";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public RunningGateway start(Map<String, String> options) throws IOException {
        Map<String, String> complete = new LinkedHashMap<>(Map.of("proxy-host", "127.0.0.1", "proxy-port", "0"));
        complete.putAll(options);
        return new Running(complete);
    }

    private static final class Running implements RunningGateway {
        private final Map<String, String> options;
        private StreamlitGateway gateway;
        private URI uri;

        Running(Map<String, String> options) throws IOException {
            this.options = options;
            start();
        }

        private void start() throws IOException {
            StreamlitGateway.Builder builder = StreamlitGateway.builder();
            options.forEach(builder::set);
            gateway = builder.build().start();
            uri = gateway.uri();
        }

        @Override
        public URI uri() {
            return uri;
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public String log() {
            return "";
        }

        @Override
        public int stop() {
            gateway.close();
            return 0;
        }

        @Override
        public void restartOnSamePort() throws IOException {
            gateway.close();
            options.put("proxy-port", Integer.toString(uri.getPort()));
            start();
        }

        @Override
        public void close() {
            gateway.close();
        }
    }
}
