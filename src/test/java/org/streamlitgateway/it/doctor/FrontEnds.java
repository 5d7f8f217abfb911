package org.streamlitgateway.it.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.it.LaunchedProcess;

/**
 * Debian's nginx, HAProxy and Caddy, one process each with many front ends. In a configuration, {@code @name@} is the port
 * of the front end with this name; a name that is known already keeps its port.
 */
final class FrontEnds implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("@([a-z0-9-]+)@");

    private final Path folder;
    private final Map<String, Integer> ports = new TreeMap<>();
    private final List<Socket> held = new ArrayList<>();
    private final List<LaunchedProcess> processes = new ArrayList<>();

    FrontEnds(Path folder) {
        this.folder = folder;
    }

    /** Gives a port of something else a name. */
    void name(String name, int port) {
        ports.put(name, port);
    }

    int port(String name) {
        return ports.get(name);
    }

    private String withPorts(String text) throws IOException {
        Matcher names = NAME.matcher(text);
        StringBuilder out = new StringBuilder();
        while (names.find()) {
            if (!ports.containsKey(names.group(1))) {
                Socket socket = Ports.hold();
                held.add(socket);
                ports.put(names.group(1), socket.getLocalPort());
            }
            names.appendReplacement(out, Integer.toString(ports.get(names.group(1))));
        }
        return names.appendTail(out).toString();
    }

    /** Starts nginx with these servers. */
    void nginx(String servers) throws IOException {
        String config = withPorts("""
                user root;
                daemon off;
                worker_processes 1;
                pid FOLDER/nginx.pid;
                error_log stderr error;
                events { worker_connections 512; }
                http {
                  access_log off;
                  client_max_body_size 0;
                  client_body_temp_path FOLDER/nginx-body;
                  proxy_temp_path FOLDER/nginx-proxy;
                  fastcgi_temp_path FOLDER/nginx-fastcgi;
                  uwsgi_temp_path FOLDER/nginx-uwsgi;
                  scgi_temp_path FOLDER/nginx-scgi;
                  proxy_cache_path FOLDER/nginx-cache keys_zone=shared:1m;
                  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
                  SERVERS
                }
                """.replace("SERVERS", servers).replace("FOLDER", folder.toString()));
        Path file = Files.writeString(folder.resolve("nginx.conf"), config);
        start(List.of(program("NGINX", "/usr/sbin/nginx"), "-p", folder.toString(), "-c", file.toString()), config);
    }

    /** Starts HAProxy with these sections. */
    void haProxy(String sections) throws IOException {
        String config = withPorts("""
                global
                  maxconn 500
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                  timeout tunnel 1h
                """ + sections);
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), config);
        start(List.of(program("HAPROXY", "/usr/sbin/haproxy"), "-db", "-f", file.toString()), config);
    }

    /** Starts Caddy with these sites. */
    void caddy(String sites) throws IOException {
        String config =
                withPorts("{\n  admin off\n  auto_https off\n  storage file_system " + folder + "/caddy\n}\n" + sites);
        Path file = Files.writeString(folder.resolve("Caddyfile"), config);
        start(
                List.of(
                        program("CADDY", "/usr/bin/caddy"),
                        "run",
                        "--adapter",
                        "caddyfile",
                        "--config",
                        file.toString()),
                config);
    }

    private static String program(String variable, String installed) {
        return System.getenv().getOrDefault(variable, installed);
    }

    private void start(List<String> command, String config) throws IOException {
        LaunchedProcess process = LaunchedProcess.start(command, Map.of("HOME", folder.toString()));
        processes.add(process);
        List<Integer> listening = Pattern.compile(
                        "(?m)(?:listen 127\\.0\\.0\\.1|bind 127\\.0\\.0\\.1|^http://):(\\d+)(?=[ ;]|$)")
                .matcher(config)
                .results()
                .map(port -> Integer.parseInt(port.group(1)))
                .toList();
        Eventually.until(
                () -> command.get(0) + " is up: " + process.output(),
                Eventually.LIMIT,
                () -> !process.isAlive() || listening.stream().allMatch(FrontEnds::answers));
        if (!process.isAlive()) {
            throw new AssertionError(command.get(0) + " ended: " + process.output());
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        processes.forEach(LaunchedProcess::close);
        for (Socket socket : held) {
            socket.close();
        }
    }
}
