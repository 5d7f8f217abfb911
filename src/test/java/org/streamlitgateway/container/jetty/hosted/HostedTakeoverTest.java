package org.streamlitgateway.container.jetty.hosted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import javax.net.SocketFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.SocketTakeover;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.fixture.TrustingContext;

/** Runs against sockets of a real Jetty, whose methods are resolved by name. */
class HostedTakeoverTest {
    private static final String HANDSHAKE =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n";

    @TempDir
    static Path directory;

    private final Recorder<RawSocket> sockets = new Recorder<>("sockets taken over");
    private final Recorder<String> events = new Recorder<>("events");
    private Server server;
    private ServerConnector connector;
    private Socket client;

    private void start(boolean tls) throws Exception {
        server = new Server();
        connector = tls ? new ServerConnector(server, certificate()) : new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.addEventListener(new Connection.Listener() {
            @Override
            public void onOpened(Connection connection) {
                add("opened", connection);
            }

            @Override
            public void onClosed(Connection connection) {
                add("closed", connection);
            }

            private void add(String event, Connection connection) {
                if (connection.toString().contains("splice")) {
                    events.add(event);
                }
            }
        });
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler();
        server.setHandler(context);
        SocketTakeover takeover =
                HostedTakeover.create(context.getServletContext().getClass());
        context.addServlet(new ServletHolder(new UpgradeServlet(takeover)), "/");
        server.start();
    }

    private static SslContextFactory.Server certificate() {
        TestCertificate.in(directory, "jetty", "EC");
        SslContextFactory.Server certificate = new SslContextFactory.Server();
        certificate.setKeyStorePath(directory.resolve("jetty.p12").toString());
        certificate.setKeyStorePassword("changeit");
        return certificate;
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.stop();
    }

    private final class UpgradeServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;
        private final transient SocketTakeover takeover;

        UpgradeServlet(SocketTakeover takeover) {
            this.takeover = takeover;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            takeover.upgrade(request, sockets::add);
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            response.setHeader("Connection", "Upgrade");
            response.setHeader("Upgrade", "bytes");
        }
    }

    private void connect(boolean tls, String more) throws Exception {
        SocketFactory factory = tls ? TrustingContext.create().getSocketFactory() : SocketFactory.getDefault();
        client = factory.createSocket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        client.setSoTimeout(Eventually.readMillis());
        send(HANDSHAKE + more);
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            head += receive(1);
        }
        assertTrue(head.startsWith("HTTP/1.1 101 "), head);
    }

    private void send(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String receive(int count) throws IOException {
        return new String(client.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
    }

    private static ByteBuffer bytes(String text) {
        return BufferUtil.toBuffer(text);
    }

    private String awaitAndFill(RawSocket socket) throws IOException {
        Recorder<String> readable = new Recorder<>("readable");
        Callback callback = Callback.from(() -> readable.add("yes"), failure -> readable.add(failure.toString()));
        ByteBuffer bytes = BufferUtil.allocate(100);
        while (BufferUtil.isEmpty(bytes)) {
            socket.awaitReadable(callback);
            assertEquals("yes", readable.take());
            socket.fill(bytes);
        }
        return BufferUtil.toString(bytes, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesPassInBothDirections(boolean tls) throws Exception {
        start(tls);
        connect(tls, "");
        RawSocket socket = sockets.take();

        send("ping");
        assertEquals("ping", awaitAndFill(socket));
        assertTrue(socket.flush(bytes("pong")));
        assertEquals("pong", receive(4));
    }

    @Test
    void bytesAfterTheHandshakeAreReturnedOnce() throws Exception {
        start(false);
        connect(false, "early");
        RawSocket socket = sockets.take();
        assertEquals("early", BufferUtil.toString(socket.takeBufferedInput()));
        assertEquals(null, socket.takeBufferedInput());
    }

    @Test
    void unacceptedBytesAreWrittenLater() throws Exception {
        start(false);
        connect(false, "");
        RawSocket socket = sockets.take();
        byte[] payload = new byte[16 * 1024 * 1024];
        Arrays.fill(payload, (byte) 'm');
        ByteBuffer remaining = ByteBuffer.wrap(payload);
        Recorder<String> accepted = new Recorder<>("accepted");
        if (!socket.flush(remaining)) {
            socket.write(
                    remaining, Callback.from(() -> accepted.add("yes"), failure -> accepted.add(failure.toString())));
        }

        assertEquals(payload.length, receive(payload.length).length());
        assertEquals("yes", accepted.take());
    }

    @Test
    void connectionListenersAreNotified() throws Exception {
        start(false);
        connect(false, "");
        RawSocket socket = sockets.take();
        assertEquals("opened", events.take());

        socket.close();

        assertEquals("closed", events.take());
        assertEquals(-1, client.getInputStream().read());
        assertThrows(IOException.class, () -> socket.flush(bytes("late")));
    }

    @Test
    void idleTimeoutSetByJettyIsReset() throws Exception {
        start(false);
        connect(false, "");
        RawSocket socket = sockets.take();
        EndPoint endPoint = connector.getConnectedEndPoints().iterator().next();
        assertEquals(0, endPoint.getIdleTimeout());

        endPoint.setIdleTimeout(1);

        Eventually.until("the idle timeout is reset", () -> endPoint.getIdleTimeout() == 0);
        assertTrue(socket.isOpen());
    }
}
