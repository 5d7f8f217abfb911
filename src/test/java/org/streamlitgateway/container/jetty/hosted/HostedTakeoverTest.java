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

/** Sockets of a real Jetty, whose methods are found by name. */
class HostedTakeoverTest {
    private static final String HANDSHAKE =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n";

    @TempDir
    static Path directory;

    private final Recorder<RawSocket> wires = new Recorder<>("sockets handed over");
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
        SocketTakeover handover =
                HostedTakeover.create(context.getServletContext().getClass());
        context.addServlet(new ServletHolder(new Upgrading(handover)), "/");
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

    private final class Upgrading extends HttpServlet {
        private static final long serialVersionUID = 1L;
        private final transient SocketTakeover handover;

        Upgrading(SocketTakeover handover) {
            this.handover = handover;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            handover.upgrade(request, wires::add);
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            response.setHeader("Connection", "Upgrade");
            response.setHeader("Upgrade", "bytes");
        }
    }

    private void connect(boolean tls, String more) throws Exception {
        SocketFactory sockets = tls ? TrustingContext.create().getSocketFactory() : SocketFactory.getDefault();
        client = sockets.createSocket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
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

    private String awaitAndFill(RawSocket wire) throws IOException {
        Recorder<String> readable = new Recorder<>("readable");
        Callback callback = Callback.from(() -> readable.add("yes"), failure -> readable.add(failure.toString()));
        ByteBuffer bytes = BufferUtil.allocate(100);
        while (BufferUtil.isEmpty(bytes)) {
            wire.awaitReadable(callback);
            assertEquals("yes", readable.take());
            wire.fill(bytes);
        }
        return BufferUtil.toString(bytes, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesGoBothWays(boolean tls) throws Exception {
        start(tls);
        connect(tls, "");
        RawSocket wire = wires.take();

        send("ping");
        assertEquals("ping", awaitAndFill(wire));
        assertTrue(wire.flush(bytes("pong")));
        assertEquals("pong", receive(4));
    }

    @Test
    void whatCameWithTheHandshakeIsThereOnce() throws Exception {
        start(false);
        connect(false, "early");
        RawSocket wire = wires.take();
        assertEquals("early", BufferUtil.toString(wire.takeEarly()));
        assertEquals(null, wire.takeEarly());
    }

    @Test
    void whatIsNotTakenIsWrittenLater() throws Exception {
        start(false);
        connect(false, "");
        RawSocket wire = wires.take();
        byte[] much = new byte[16 * 1024 * 1024];
        Arrays.fill(much, (byte) 'm');
        ByteBuffer rest = ByteBuffer.wrap(much);
        Recorder<String> taken = new Recorder<>("taken");
        if (!wire.flush(rest)) {
            wire.write(rest, Callback.from(() -> taken.add("yes"), failure -> taken.add(failure.toString())));
        }

        assertEquals(much.length, receive(much.length).length());
        assertEquals("yes", taken.take());
    }

    @Test
    void thoseWhoCountConnectionsAreTold() throws Exception {
        start(false);
        connect(false, "");
        RawSocket wire = wires.take();
        assertEquals("opened", events.take());

        wire.close();

        assertEquals("closed", events.take());
        assertEquals(-1, client.getInputStream().read());
        assertThrows(IOException.class, () -> wire.flush(bytes("late")));
    }

    @Test
    void aTimeOutThatJettySetsIsIgnored() throws Exception {
        start(false);
        connect(false, "");
        RawSocket wire = wires.take();
        EndPoint endPoint = connector.getConnectedEndPoints().iterator().next();
        assertEquals(0, endPoint.getIdleTimeout());

        endPoint.setIdleTimeout(1);

        Eventually.until("it was set back", () -> endPoint.getIdleTimeout() == 0);
        assertTrue(wire.isOpen());
    }
}
