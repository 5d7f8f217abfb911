package org.streamlitgateway.it;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The WAR behind an HAProxy that speaks HTTP/2 with it, so that the suites' WebSockets use HTTP/2 (RFC 8441); {@code
 * -Ddeployments=war-17-h2}. Unsuitable for tests of HTTP itself, as HAProxy changes too much.
 */
final class Http2Deployment implements Deployment {
    private final Deployment war;

    private Http2Deployment(Deployment war) {
        this.war = war;
    }

    static List<Http2Deployment> installed() {
        return WarDeployment.installed().stream().map(Http2Deployment::new).toList();
    }

    @Override
    public String name() {
        return war.name() + "-h2";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public boolean splices() {
        return war.splices();
    }

    @Override
    public RunningGateway start(Map<String, String> options) throws IOException {
        RunningGateway gateway = war.start(options);
        try {
            return new Behind(gateway);
        } catch (IOException | AssertionError e) {
            gateway.close();
            throw e;
        }
    }

    private static final class Behind implements RunningGateway {
        private final RunningGateway gateway;
        private final HaProxy proxy;

        Behind(RunningGateway gateway) throws IOException {
            this.gateway = gateway;
            proxy = HaProxy.overHttp2(Files.createTempDirectory(Path.of("target"), "haproxy"), gateway.uri());
        }

        @Override
        public URI uri() {
            return proxy.uri().resolve(gateway.uri().getPath());
        }

        @Override
        public long pid() {
            return gateway.pid();
        }

        @Override
        public String log() {
            return gateway.log();
        }

        @Override
        public int stop() {
            return gateway.stop();
        }

        @Override
        public void restartOnSamePort() throws IOException {
            gateway.restartOnSamePort();
        }

        @Override
        public void close() {
            gateway.close();
            proxy.close();
        }
    }
}
