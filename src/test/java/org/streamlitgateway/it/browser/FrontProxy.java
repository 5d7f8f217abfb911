package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.LaunchedProcess;

/** A real TLS proxy in front of the gateway, which describes the browser in one of several common ways. */
final class FrontProxy implements AutoCloseable {
    /** Browser address that the proxies report. */
    static final String CLIENT = "203.0.113.7";

    /** Forwarding headers sent to the gateway, as configuration of nginx and of HAProxy. */
    enum Forwarding {
        HOST_KEPT("""
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Forwarded-For 203.0.113.7;
                """, """
                http-request set-header X-Forwarded-Proto https
                http-request set-header X-Forwarded-For 203.0.113.7
                """),
        HOST_CHANGED("""
                proxy_set_header Host inner:8080;
                proxy_set_header X-Forwarded-Host $http_host;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Forwarded-For 203.0.113.7;
                """, """
                http-request set-header X-Forwarded-Host %[req.hdr(Host)]
                http-request set-header Host inner:8080
                http-request set-header X-Forwarded-Proto https
                http-request set-header X-Forwarded-For 203.0.113.7
                """),
        /** Sends {@code $host:$server_port} with port 443, which browsers omit. */
        HOST_WITH_PORT("""
                proxy_set_header Host $host:443;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Forwarded-For 203.0.113.7;
                """, """
                http-request set-header Host %[req.hdr(Host)]:443
                http-request set-header X-Forwarded-Proto https
                http-request set-header X-Forwarded-For 203.0.113.7
                """),
        FORWARDED_ONLY("""
                proxy_set_header Host inner:8080;
                proxy_set_header Forwarded 'for="203.0.113.7:4711";host="$http_host";proto=$scheme';
                """, """
                http-request set-header Forwarded for=203.0.113.7;host=\\"%[req.hdr(Host)]\\";proto=https
                http-request set-header Host inner:8080
                """),
        PREFIX_STRIPPED("""
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-Prefix /outer/;
                proxy_set_header X-Forwarded-Proto $scheme;
                proxy_set_header X-Forwarded-For 203.0.113.7;
                """, """
                http-request replace-path /outer(/.*) \\\\1
                http-request set-header X-Forwarded-Prefix /outer
                http-request set-header X-Forwarded-Proto https
                http-request set-header X-Forwarded-For 203.0.113.7
                """);

        private final String nginx;
        private final String haProxy;

        Forwarding(String nginx, String haProxy) {
            this.nginx = nginx;
            this.haProxy = haProxy;
        }

        /** Returns the path at which the proxy serves the app; ends with a slash. */
        String path() {
            return this == PREFIX_STRIPPED ? "/outer/" : "/";
        }
    }

    private final int port;
    private final LaunchedProcess process;

    private FrontProxy(int port, LaunchedProcess process) {
        this.port = port;
        this.process = process;
    }

    int port() {
        return port;
    }

    static FrontProxy nginx(Path folder, TestCertificate certificate, int gateway, Forwarding forwarding)
            throws IOException {
        try (Socket held = Ports.hold()) {
            int port = held.getLocalPort();
            Path file = Files.writeString(folder.resolve("nginx-" + forwarding + ".conf"), """
                    daemon off;
                    worker_processes 1;
                    pid %1$s/nginx-%2$s.pid;
                    error_log stderr;
                    events { worker_connections 256; }
                    http {
                      access_log off;
                      client_body_temp_path %1$s/nginx-body;
                      proxy_temp_path %1$s/nginx-proxy;
                      fastcgi_temp_path %1$s/nginx-fastcgi;
                      uwsgi_temp_path %1$s/nginx-uwsgi;
                      scgi_temp_path %1$s/nginx-scgi;
                      map $http_upgrade $connection_upgrade { default upgrade; '' close; }
                      server {
                        listen 127.0.0.1:%3$d ssl;
                        ssl_certificate %4$s;
                        ssl_certificate_key %5$s;
                        location %6$s {
                          proxy_pass http://127.0.0.1:%7$d/;
                          proxy_http_version 1.1;
                          proxy_set_header Upgrade $http_upgrade;
                          proxy_set_header Connection $connection_upgrade;
                          %8$s
                        }
                      }
                    }
                    """.formatted(
                            folder,
                            forwarding,
                            port,
                            certificate.certificate(),
                            certificate.key(),
                            forwarding.path(),
                            gateway,
                            forwarding.nginx));
            String program = System.getenv().getOrDefault("NGINX", "/usr/sbin/nginx");
            return started(port, List.of(program, "-p", folder.toString(), "-c", file.toString()));
        }
    }

    static FrontProxy haProxy(Path folder, TestCertificate certificate, int gateway, Forwarding forwarding)
            throws IOException {
        Path both = Files.writeString(
                folder.resolve("haproxy-" + forwarding + ".pem"),
                Files.readString(certificate.certificate()) + Files.readString(certificate.key()));
        try (Socket held = Ports.hold()) {
            int port = held.getLocalPort();
            Path file = Files.writeString(folder.resolve("haproxy-" + forwarding + ".cfg"), """
                    global
                      maxconn 200
                    defaults
                      mode http
                      timeout connect 20s
                      timeout client 60s
                      timeout server 60s
                      timeout tunnel 1h
                    frontend https
                      bind 127.0.0.1:%d ssl crt %s
                    %s  default_backend gateway
                    backend gateway
                      server gateway 127.0.0.1:%d
                    """.formatted(
                            port, both, forwarding.haProxy.indent(2), gateway));
            String program = System.getenv().getOrDefault("HAPROXY", "/usr/sbin/haproxy");
            return started(port, List.of(program, "-db", "-f", file.toString()));
        }
    }

    private static FrontProxy started(int port, List<String> command) throws IOException {
        FrontProxy proxy = new FrontProxy(port, LaunchedProcess.start(command, Map.of()));
        try {
            Eventually.until(() -> "the proxy is up: " + proxy.process.output(), Eventually.LIMIT, proxy::answers);
        } catch (AssertionError e) {
            proxy.close();
            throw e;
        }
        return proxy;
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
