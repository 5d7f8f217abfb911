package org.streamlitgateway.it.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.fixture.End;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.Recorder;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.fixture.TrustingContext;
import org.streamlitgateway.it.GatewayFixture;
import org.streamlitgateway.it.NeedsGateway;
import org.streamlitgateway.it.OnEveryDeployment;

/** HTTPS with PEM files. */
@NeedsGateway
class TlsIT extends OnEveryDeployment {
    @TempDir
    static Path directory;

    private TestCertificate files;
    private String logAtStart;

    @Override
    @BeforeParameterizedClassInvocation
    protected void start() throws IOException {
        files = TestCertificate.in(directory, "first-" + deployment.name(), "EC");
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r-----"));
        super.start();
        logAtStart = fixture.gateway().log();
    }

    @Override
    protected String[] options() {
        return new String[] {
            "proxy-host",
            "localhost",
            "tls-certificate",
            files.certificate().toString(),
            "tls-key",
            files.key().toString(),
            "head-timeout",
            "5s"
        };
    }

    @Test
    void http2IsNegotiatedAndStreamlitSeesHttps() throws Exception {
        assertEquals("https", fixture.uri().getScheme());
        HttpResponse<String> response = get(HttpClient.Version.HTTP_2, "/tls-h2");

        assertEquals(HttpClient.Version.HTTP_2, response.version());
        HttpHead seen = fixture.upstream().requests("/tls-h2").take().request();
        assertEquals("https", seen.one("X-Forwarded-Proto"));
        assertEquals(fixture.uri().getAuthority(), seen.one("Host"));
        assertEquals(Integer.toString(fixture.uri().getPort()), seen.one("X-Forwarded-Port"));
    }

    @Test
    void incompleteTlsHandshakeIsClosedAfterTimeout() throws IOException {
        try (RawHttp slow = RawHttp.connect(fixture.uri())) {
            slow.send(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}); // the beginning of a ClientHello

            assertTrue(Set.of(End.FIN, End.RESET).contains(slow.awaitEnd()));
        }
    }

    @Test
    void keyReadableByOthersIsLoggedOnce() {
        List<String> warnings = logAtStart
                .lines()
                .filter(line -> line.contains(files.key() + " can be read by other users"))
                .toList();
        assertEquals(1, warnings.size(), () -> logAtStart);
    }

    @Test
    void clientsWithoutHttp2GetHttp1() throws Exception {
        assertEquals(
                HttpClient.Version.HTTP_1_1,
                get(HttpClient.Version.HTTP_1_1, "/tls-h1").version());
    }

    @Test
    void webSocketWorksOverTls() throws Exception {
        WebSocket socket = client(HttpClient.Version.HTTP_1_1)
                .newWebSocketBuilder()
                .subprotocols("streamlit")
                .buildAsync(
                        java.net.URI.create("wss://" + fixture.uri().getAuthority()
                                + fixture.target(GatewayFixture.streamOf("tls"))),
                        new WebSocket.Listener() {})
                .get();

        assertEquals("streamlit", socket.getSubprotocol());
        socket.abort();
    }

    @Test
    void changedCertificateFilesAreReloaded() throws Exception {
        TestCertificate second = TestCertificate.in(directory, "second-" + deployment.name(), "EC");
        Files.copy(second.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(second.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);

        Eventually.until("the second certificate", () -> subject().equals("CN=second-" + deployment.name()));
        assertEquals(200, get(HttpClient.Version.HTTP_2, "/tls-again").statusCode());
        Files.writeString(files.key(), "damaged");
        Eventually.until("the warning", () -> fixture.gateway().log().contains("keeping the current one"));
        assertTrue(subject().startsWith("CN=second"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "close_notify", "pipelined"})
    void clientDisconnectEndsUpstreamRequestAtOnce(String how) throws Exception {
        assumeTrue(deployment.embedded(), "a container hides the client's disconnect");
        disconnectAndAwaitEnd(how);
    }

    @SuppressWarnings("try") // the early close is the subject of the test
    private void disconnectAndAwaitEnd(String how) throws Exception {
        String target = "/leaving/" + how;
        Recorder<End> ends = new Recorder<>("end upstream");
        fixture.upstream().on(target, exchange -> ends.add(exchange.awaitEnd()));
        try (SSLSocket socket = connect()) {
            send(socket, target);
            fixture.upstream().requests(target).take();
            if (how.equals("close_notify")) {
                socket.shutdownOutput();
            } else {
                if (how.equals("pipelined")) {
                    socket.getOutputStream().write("GET / HTTP".getBytes(StandardCharsets.US_ASCII));
                }
                socket.close();
            }
            ends.take(Duration.ofSeconds(10)); // allows for a busy machine; the timeouts are one minute
        }
    }

    @Test
    void pipelinedRequestOverTlsIsAnswered() throws Exception {
        Recorder<String> requests = new Recorder<>("request");
        CountDownLatch answer = new CountDownLatch(1);
        fixture.upstream().on("/slow-tls", exchange -> {
            requests.add("slow");
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.reply("200 OK", "slow");
        });
        try (SSLSocket socket = connect()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (int round = 0; round < 2; round++) {
                send(socket, "/slow-tls");
                requests.take();
                send(socket, "/quick-tls/" + round);
                if (deployment.embedded()) {
                    awaitDisconnectCheck();
                }
                answer.countDown();
                for (int answers = 0; answers < 2; ) {
                    String line = in.readLine();
                    assertNotNull(line, "closed");
                    answers +=
                            line.contains("HTTP/1.1 200") ? 1 : 0; // may share its line with the end of the body before
                }
            }
        }
    }

    /** Returns when the gateway has completed one full check of whether each client is still connected. */
    private void awaitDisconnectCheck() throws Exception {
        disconnectAndAwaitEnd("close"); // a check that began earlier may have noticed this one
        disconnectAndAwaitEnd("close");
    }

    private SSLSocket connect() throws Exception {
        SSLSocket socket = (SSLSocket) TrustingContext.create()
                .getSocketFactory()
                .createSocket(fixture.uri().getHost(), fixture.uri().getPort());
        socket.setSoTimeout(Eventually.readMillis());
        socket.startHandshake();
        return socket;
    }

    private void send(SSLSocket socket, String target) throws IOException {
        socket.getOutputStream()
                .write(("GET " + fixture.target(target) + " HTTP/1.1\r\nHost: "
                                + fixture.uri().getAuthority() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private String subject() {
        try (SSLSocket socket = (SSLSocket) TrustingContext.create()
                .getSocketFactory()
                .createSocket(fixture.uri().getHost(), fixture.uri().getPort())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> get(HttpClient.Version version, String path) throws Exception {
        return client(version)
                .send(
                        HttpRequest.newBuilder(fixture.uri().resolve(fixture.target(path)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient client(HttpClient.Version version) throws GeneralSecurityException {
        return HttpClient.newBuilder()
                .sslContext(TrustingContext.create())
                .version(version)
                .build();
    }
}
