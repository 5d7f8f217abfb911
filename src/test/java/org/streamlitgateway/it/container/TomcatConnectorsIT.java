package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.FrameSocket;
import org.streamlitgateway.fixture.Ports;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.fixture.TrustingContext;

/** WebSockets through each kind of Tomcat connector: their sockets differ in which events they report, and when. */
@ParameterizedClass(name = "{0}")
@MethodSource("tomcats")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class TomcatConnectorsIT {
    private static final int MESSAGES = 60;
    private static final int MESSAGE_BYTES = 100_000;
    private static final String STREAM = "/_stcore/stream";

    enum Connector {
        NIO("Nio", false),
        NIO_TLS("Nio", true),
        NIO2("Nio2", false),
        NIO2_TLS("Nio2", true);

        private final String protocol;
        private final boolean tls;

        Connector(String protocol, boolean tls) {
            this.protocol = "org.apache.coyote.http11.Http11" + protocol + "Protocol";
            this.tls = tls;
        }

        private String xml(int port, TestCertificate files) {
            String begin =
                    "<Connector address=\"127.0.0.1\" port=\"" + port + "\" protocol=\"" + protocol + "\" SSLEnabled=\""
                            + tls + "\" secure=\"" + tls + "\" scheme=\"" + (tls ? "https" : "http") + "\">";
            String certificate = "<SSLHostConfig><Certificate certificateFile=\"" + files.certificate()
                    + "\" certificateKeyFile=\"" + files.key() + "\" type=\"EC\" /></SSLHostConfig>";
            return begin + (tls ? certificate : "") + "</Connector>";
        }
    }

    @TempDir
    static Path directory;

    @Parameter
    private ContainerDeployment deployment;

    private final Map<Connector, Socket> ports = new EnumMap<>(Connector.class);
    private final Recorder<Closing> closings = new Recorder<>("end of Streamlit's socket");
    private FakeStreamlit upstream;
    private RunningContainer gateway;

    static Stream<ContainerDeployment> tomcats() {
        return ContainerDeployment.all().filter(deployment -> deployment.container() instanceof TomcatContainer);
    }

    @BeforeParameterizedClassInvocation
    void start() throws IOException {
        upstream = FakeStreamlit.start();
        upstream.on(STREAM, exchange -> {
            FrameSocket frames = exchange.acceptWebSocket();
            Frame frame = frames.nextFrame();
            while (frame.opcode() != Frame.CLOSE) {
                frames.send(frame);
                frame = frames.nextFrame();
            }
            closings.add(frame.closing());
            frames.send(frame);
        });
        TestCertificate files = TestCertificate.in(directory, deployment.name(), "EC");
        ContainerSetup setup = new ContainerSetup()
                .parameter("streamlit-host", "127.0.0.1")
                .parameter("streamlit-port", upstream.port());
        for (Connector connector : Connector.values()) {
            ports.put(connector, Ports.hold());
            setup.connectors.add(connector.xml(ports.get(connector).getLocalPort(), files));
        }
        gateway = deployment.start(setup);
    }

    @AfterParameterizedClassInvocation
    void stop() throws IOException {
        gateway.close();
        upstream.close();
        upstream.assertNoProblems();
        for (Socket port : ports.values()) {
            port.close();
        }
        ports.clear();
    }

    @ParameterizedTest
    @EnumSource
    void messagesAreEchoedCompletelyAndCloseIsForwarded(Connector connector) throws Exception {
        byte[] message = new byte[MESSAGE_BYTES];
        new Random(MESSAGE_BYTES).nextBytes(message);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        Echo echo = new Echo();
        WebSocket browser = open(connector, echo);
        for (int i = 0; i < MESSAGES; i++) {
            message[0] = (byte) i;
            expected.writeBytes(message);
            browser.sendBinary(ByteBuffer.wrap(message), true).join();
        }
        Eventually.until("all messages were echoed", () -> echo.size() == expected.size());
        browser.sendClose(4321, "bye").join();

        assertArrayEquals(expected.toByteArray(), echo.bytes());
        assertEquals(new Closing(4321, "bye"), closings.take());
        assertEquals(4321, echo.code.take());
    }

    private WebSocket open(Connector connector, Echo echo) throws GeneralSecurityException {
        String scheme = connector.tls ? "wss" : "ws";
        return HttpClient.newBuilder()
                .sslContext(TrustingContext.create())
                .build()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create(
                                scheme + "://127.0.0.1:" + ports.get(connector).getLocalPort() + STREAM),
                        echo)
                .join();
    }

    /** Records the echoed messages. */
    private static final class Echo implements WebSocket.Listener {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Recorder<Integer> code = new Recorder<>("close code");

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            synchronized (this) {
                bytes.writeBytes(part);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
            code.add(statusCode);
            return null;
        }

        synchronized int size() {
            return bytes.size();
        }

        synchronized byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
