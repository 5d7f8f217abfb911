package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.fixture.TrustingContext;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.RunningGateway;

/** A gateway under attack, with a Streamlit and feeds behind it, and an honest visitor who must not be affected. */
final class AttackTarget implements AutoCloseable {
    /** Client address that the gateway trusts as a proxy's; every other client is untrusted. */
    static final String PROXY = "127.0.0.3";

    static final String UNTRUSTED = "127.0.0.1";

    /** Limit for receiving a request head, in seconds. */
    static final int HEAD_SECONDS = 3;

    private static final String VISITOR = "127.0.0.9";

    private final String name;
    private final Deployment deployment;
    private final FakeStreamlit upstream = FakeStreamlit.start();
    private final FakeFeed feed = FakeFeed.start();
    private final FakeFeed echo = FakeFeed.start().echoing();
    private final FakeStreamlit wild = FakeStreamlit.start();
    private final RunningGateway gateway;
    private final boolean secure;
    private Visitor visitor;
    private AttackTarget twin;

    /** @param options options of the gateway besides its Streamlit and its channels: name, value … */
    AttackTarget(String name, Deployment deployment, String... options) throws IOException {
        this.name = name;
        this.deployment = deployment;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("streamlit-host", "127.0.0.1");
        all.put("streamlit-port", Integer.toString(upstream.port()));
        all.put("trusted-proxies", PROXY);
        all.put("asset-cache", "8M");
        all.put("head-timeout", HEAD_SECONDS + "s");
        all.put(
                "channel",
                "shared=" + feed.address() + ";;sends=" + echo.address() + ",send=true;;own=" + echo.address()
                        + ",mode=dedicated,send=true;;wild=ws://127.0.0.1:" + wild.port() + "/feed,mode=dedicated");
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        secure = all.containsKey("tls-certificate");
        gateway = deployment.start(all);
    }

    /** Returns the same target with TLS; it is started on first use. */
    AttackTarget secure() throws IOException {
        if (twin == null) {
            Path folder = Files.createTempDirectory(Path.of("target"), "hostile-tls");
            TestCertificate files = TestCertificate.in(folder, "hostile", "EC");
            twin = new AttackTarget(
                    name + "-tls",
                    deployment,
                    "tls-certificate",
                    files.certificate().toString(),
                    "tls-key",
                    files.key().toString());
        }
        return twin;
    }

    boolean isSecure() {
        return secure;
    }

    /** Connects a client that speaks TLS and negotiates this protocol. */
    Attacker connectTls(String protocol) throws IOException {
        return new Attacker(tls(UNTRUSTED, protocol));
    }

    private SSLSocket tls(String from, String protocol) throws IOException {
        Socket plain = new Socket();
        plain.bind(new InetSocketAddress(from, 0));
        plain.connect(address());
        try {
            SSLSocket socket = (SSLSocket)
                    TrustingContext.create().getSocketFactory().createSocket(plain, "localhost", uri().getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    boolean embedded() {
        return deployment.embedded();
    }

    /** Returns whether WebSocket bytes are forwarded unchanged. */
    boolean splices() {
        return deployment.splices();
    }

    boolean isTomcat() {
        return deployment.name().startsWith("tomcat");
    }

    FakeStreamlit upstream() {
        return upstream;
    }

    /** Returns the feed behind the channel {@code shared}. */
    FakeFeed feed() {
        return feed;
    }

    /** Returns the feed behind the channels {@code sends} and {@code own}. */
    FakeFeed echo() {
        return echo;
    }

    /** Returns the server behind the channel {@code wild}, at {@code /feed}. */
    FakeStreamlit wild() {
        return wild;
    }

    URI uri() {
        return gateway.uri();
    }

    String log() {
        return gateway.log();
    }

    Footprint footprint() {
        return new Footprint(gateway.pid());
    }

    /** Returns the authority as used in Host. */
    String authority() {
        return uri().getAuthority();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(uri().getHost(), uri().getPort());
    }

    Attacker connect() throws IOException {
        return connectFrom(UNTRUSTED);
    }

    Attacker connectFrom(String address) throws IOException {
        return secure ? new Attacker(tls(address, "http/1.1")) : Attacker.connect(address(), address);
    }

    /** Returns a request head with Host, these field lines and the final empty line. */
    String head(String requestLine, String... lines) {
        List<String> all = new ArrayList<>(List.of(requestLine, "Host: " + authority()));
        all.addAll(List.of(lines));
        return String.join("\r\n", all) + "\r\n\r\n";
    }

    Answer get(String target, String... lines) throws IOException {
        return getFrom(UNTRUSTED, target, lines);
    }

    /** Sends the request as the trusted proxy. */
    Answer getByProxy(String target, String... lines) throws IOException {
        return getFrom(PROXY, target, lines);
    }

    private Answer getFrom(String address, String target, String... lines) throws IOException {
        try (Attacker client = connectFrom(address)) {
            return client.send(head("GET " + target + " HTTP/1.1", lines)).answer();
        }
    }

    /** Sends an attack and returns the response. */
    @FunctionalInterface
    interface Exchange {
        Answer take() throws IOException;
    }

    /**
     * Checks that Streamlit receives no request. A leftover of an earlier attack may arrive meanwhile, but not twice.
     */
    Answer assertNotForwarded(Exchange exchange) throws IOException {
        int before = upstream.requestCount();
        Answer answer = exchange.take();
        if (upstream.requestCount() != before) {
            before = upstream.requestCount();
            answer = exchange.take();
        }
        assertEquals(before, upstream.requestCount(), "the request reached Streamlit; " + answer);
        return answer;
    }

    /** Sends only this request, which must be refused without reaching Streamlit. */
    void assertRefused(String request) throws IOException {
        assertNotForwarded(() -> {
            try (Attacker client = connect()) {
                Answer answer = client.trySend(request).answer();
                assertTrue(answer.isRefusal(), answer::toString);
                assertTrue(!embedded() || isGatewayResponse(answer), answer::toString);
                return answer;
            }
        });
    }

    /**
     * Returns whether the response is the gateway's own, or missing. A container's page would quote the request or
     * name its classes.
     */
    static boolean isGatewayResponse(Answer answer) {
        boolean text = answer.first("Content-Type").equalsIgnoreCase("text/plain;charset=utf-8")
                && answer.body().matches("[A-Z][A-Za-z0-9 ,.';]+\\.\n");
        return answer.status() == 0 || text && !answer.first("Date").isEmpty();
    }

    /**
     * Like {@link #assertRefused}; in addition, no later bytes on this connection may count as a request. A container
     * may read a body with both framings as chunks if it then closes the connection (RFC 9112 section 6.3).
     */
    void assertRefusedAndClosed(String request) throws IOException {
        int before = upstream.requests("/smuggled").size();
        try (Attacker client = connect()) {
            Answer answer = client.trySend(request).answer();
            boolean bothFramings = request.contains("Content-Length:") && request.contains("Transfer-Encoding:");
            assertTrue(answer.isRefusal() || !embedded() && bothFramings, answer::toString);
            assertTrue(client.endsWithin(Duration.ofSeconds(5)), () -> "the connection stays open; " + answer);
            assertEquals(before, upstream.requests("/smuggled").size(), "a second request reached Streamlit");
        }
    }

    /**
     * Checks that the honest visitor's socket, opened before the first attack, still echoes, and that a new client is
     * served at once.
     */
    void assertServes() throws IOException {
        long start = System.nanoTime();
        try (Attacker newClient = connectFrom(VISITOR)) {
            Answer answer = newClient.send(head("GET /_stcore/health HTTP/1.1")).answer();
            assertEquals(200, answer.status(), answer::toString);
        }
        if (secure) {
            return; // the visitor belongs to the target without TLS
        }
        if (visitor == null) {
            visitor = new Visitor(uri());
        }
        visitor.assertEchoes();
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 5000, () -> "the visitor waited for " + millis + " ms");
    }

    /** Replaces a visitor whose socket an attack has ended, so that each attack is judged separately. */
    void replaceVisitor() throws IOException {
        if (visitor != null) {
            visitor.close();
            visitor = null;
        }
    }

    @Override
    public void close() throws IOException {
        if (visitor != null) {
            visitor.close();
        }
        if (twin != null) {
            twin.close();
        }
        gateway.close();
        Path logs = Files.createDirectories(Path.of("target/gateway-logs"));
        Files.writeString(logs.resolve("hostile-" + name + ".log"), gateway.log());
        upstream.close();
        feed.close();
        echo.close();
        wild.close();
    }
}
