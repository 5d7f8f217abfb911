package org.streamlitgateway.it.browser;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.RunningGateway;

/**
 * No gateway: a byte pipe that can be cut and restored like a gateway that restarts. The browser behaves through it as
 * it does at Streamlit itself.
 *
 * <p>It strips no prefix, so Streamlit must be started with {@code server.baseUrlPath} when there is one.
 */
final class PipeDeployment implements Deployment {
    @Override
    public String name() {
        return Placement.DIRECT;
    }

    @Override
    public RunningGateway start(Map<String, String> options) throws IOException {
        return new Pipe(
                new InetSocketAddress(options.get("streamlit-host"), Integer.parseInt(options.get("streamlit-port"))),
                options.get("context-path"));
    }

    private static final class Pipe implements RunningGateway {
        private final InetSocketAddress upstream;
        private final String contextPath;
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();
        private final int port;
        private ServerSocket server;

        Pipe(InetSocketAddress upstream, String contextPath) throws IOException {
            this.upstream = upstream;
            this.contextPath = contextPath;
            listen(0);
            port = server.getLocalPort();
        }

        @Override
        public URI uri() {
            return URI.create("http://127.0.0.1:" + port + contextPath + (contextPath.endsWith("/") ? "" : "/"));
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
            close();
            return 0;
        }

        @Override
        public void restartOnSamePort() throws IOException {
            close();
            listen(port);
        }

        @Override
        public void close() {
            quietly(server);
            open.forEach(Pipe::quietly);
        }

        private void listen(int port) throws IOException {
            ServerSocket listening = new ServerSocket();
            listening.setReuseAddress(true);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            server = listening;
            inBackground(() -> accept(listening));
        }

        private void accept(ServerSocket listening) {
            try {
                while (true) {
                    Socket browser = listening.accept();
                    open.add(browser);
                    inBackground(() -> connect(browser));
                }
            } catch (IOException e) {
                quietly(listening);
            }
        }

        private void connect(Socket browser) {
            Socket streamlit = new Socket();
            open.add(streamlit);
            try {
                streamlit.connect(upstream);
                inBackground(() -> copy(streamlit, browser));
                copy(browser, streamlit);
            } catch (IOException e) {
                quietly(browser);
                quietly(streamlit);
            }
        }

        /** The end of either side ends both. */
        private void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // the sockets are closed below in any case
            } finally {
                quietly(from);
                quietly(to);
                open.remove(from);
                open.remove(to);
            }
        }

        private static void inBackground(Runnable work) {
            Thread thread = new Thread(work, "pipe-deployment");
            thread.setDaemon(true);
            thread.start();
        }

        private static void quietly(AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                // a socket that cannot be closed is closed already
            }
        }
    }
}
