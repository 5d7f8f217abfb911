package org.streamlitgateway.it;

import java.net.URI;
import java.util.Map;

/**
 * No gateway: the tests talk to the upstream directly. A failure here is a fault of the fixture, not of the gateway.
 * Runs only on demand: {@code -Ddeployments=direct}.
 */
final class DirectDeployment implements Deployment {
    @Override
    public String name() {
        return "direct";
    }

    @Override
    public RunningGateway start(Map<String, String> options) {
        String host = options.getOrDefault("streamlit-host", "127.0.0.1");
        URI uri = URI.create("http://" + host + ":" + options.getOrDefault("streamlit-port", "8501") + "/");
        return new Upstream(uri);
    }

    @Override
    public String toString() {
        return name();
    }

    private record Upstream(URI uri) implements RunningGateway {
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
            return 0;
        }

        @Override
        public void restartOnSamePort() {
            // There is no gateway, so nothing restarts.
        }

        @Override
        public void close() {
            // The upstream belongs to the test.
        }
    }
}
