package org.streamlitgateway.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Ports;

/** HAProxy in front of one or two gateways; it checks the health of each at {@code /_gateway/health/ready}. */
public final class HaProxy implements AutoCloseable {
    private final int port;
    private final LaunchedProcess process;

    private HaProxy(int port, LaunchedProcess process) {
        this.port = port;
        this.process = process;
    }

    /** Starts an HAProxy that uses the first gateway that is ready. */
    public static HaProxy before(Path folder, List<URI> gateways) throws IOException {
        try (Socket held = Ports.hold()) {
            return startAt(held.getLocalPort(), folder, gateways, "");
        }
    }

    /**
     * Starts an HAProxy that speaks HTTP/2 with the gateway, including WebSockets (RFC 8441), and HTTP/1.1 with its
     * clients.
     */
    public static HaProxy overHttp2(Path folder, URI gateway) throws IOException {
        try (Socket held = Ports.hold()) {
            return startAt(held.getLocalPort(), folder, List.of(gateway), "proto h2 ws h2");
        }
    }

    private static HaProxy startAt(int port, Path folder, List<URI> gateways, String serverOptions) throws IOException {
        StringBuilder config = new StringBuilder("""
                global
                  maxconn 2000
                defaults
                  mode http
                  timeout connect 20s
                  timeout client 30s
                  timeout server 30s
                  timeout tunnel 1h
                  timeout check 20s
                  option redispatch
                  retries 3
                frontend deployment
                  bind 127.0.0.1:%d
                  default_backend gateways
                backend gateways
                  balance first
                  option httpchk GET /_gateway/health/ready
                  http-check expect status 200
                  default-server check inter 200ms fall 2 rise 1
                """.formatted(port));
        for (int i = 0; i < gateways.size(); i++) {
            config.append("  server gateway%d 127.0.0.1:%d %s%n"
                    .formatted(i + 1, gateways.get(i).getPort(), serverOptions));
        }
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), config);
        String configured = System.getenv().getOrDefault("HAPROXY", "/usr/sbin/haproxy");
        LaunchedProcess process = LaunchedProcess.start(List.of(configured, "-db", "-f", file.toString()), Map.of());
        HaProxy haProxy = new HaProxy(port, process);
        try {
            Eventually.until(() -> "HAProxy is up: " + process.output(), Eventually.LIMIT, haProxy::answers);
        } catch (AssertionError e) {
            haProxy.close();
            throw e;
        }
        return haProxy;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    public String output() {
        return process.output();
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
