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

/** A gateway to attack, with a Streamlit and feeds behind it and one honest visitor who must not notice. */
final class AttackTarget implements AutoCloseable {
    /** An address that the gateway trusts as a proxy's; every other client is a stranger. */
    static final String PROXY = "127.0.0.3";

    static final String STRANGER = "127.0.0.1";

    /** How long a head may take. */
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

    /** @param options what the gateway is given beside its Streamlit and its channels: name, value … */
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

    /** The same with TLS; started when it is wanted first. */
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

    /** A client that speaks TLS and wants this protocol. */
    Attacker connectTls(String protocol) throws IOException {
        return new Attacker(tls(STRANGER, protocol));
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

    /** Whether the bytes of sockets are passed on as they are. */
    boolean splices() {
        return deployment.splices();
    }

    boolean isTomcat() {
        return deployment.name().startsWith("tomcat");
    }

    FakeStreamlit upstream() {
        return upstream;
    }

    /** Behind the channel {@code shared}. */
    FakeFeed feed() {
        return feed;
    }

    /** Behind the channels {@code sends} and {@code own}. */
    FakeFeed echo() {
        return echo;
    }

    /** Behind the channel {@code wild}, at {@code /feed}. */
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

    /** As Host has it. */
    String authority() {
        return uri().getAuthority();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(uri().getHost(), uri().getPort());
    }

    Attacker connect() throws IOException {
        return connectFrom(STRANGER);
    }

    Attacker connectFrom(String address) throws IOException {
        return secure ? new Attacker(tls(address, "http/1.1")) : Attacker.connect(address(), address);
    }

    /** A request head with Host, these field lines and the empty line. */
    String head(String requestLine, String... lines) {
        List<String> all = new ArrayList<>(List.of(requestLine, "Host: " + authority()));
        all.addAll(List.of(lines));
        return String.join("\r\n", all) + "\r\n\r\n";
    }

    Answer get(String target, String... lines) throws IOException {
        return getFrom(STRANGER, target, lines);
    }

    /** As the proxy that is trusted. */
    Answer getByProxy(String target, String... lines) throws IOException {
        return getFrom(PROXY, target, lines);
    }

    private Answer getFrom(String address, String target, String... lines) throws IOException {
        try (Attacker client = connectFrom(address)) {
            return client.send(head("GET " + target + " HTTP/1.1", lines)).answer();
        }
    }

    /** What an attacker sends and gets. */
    @FunctionalInterface
    interface Exchange {
        Answer take() throws IOException;
    }

    /** Streamlit hears nothing of this. What an attack before has left under way may arrive meanwhile, but not twice. */
    Answer assertUnheard(Exchange exchange) throws IOException {
        int before = upstream.asked();
        Answer answer = exchange.take();
        if (upstream.asked() != before) {
            before = upstream.asked();
            answer = exchange.take();
        }
        assertEquals(before, upstream.asked(), "it reached Streamlit; " + answer);
        return answer;
    }

    /** Sends this and nothing else; it must be refused, and Streamlit must not hear of it. */
    void assertRefused(String request) throws IOException {
        assertUnheard(() -> {
            try (Attacker client = connect()) {
                Answer answer = client.trySend(request).answer();
                assertTrue(answer.isRefusal(), answer::toString);
                assertTrue(!embedded() || isOwnAnswer(answer), answer::toString);
                return answer;
            }
        });
    }

    /** Or none; a container's own page would quote the request or name its classes. */
    static boolean isOwnAnswer(Answer answer) {
        boolean text = answer.first("Content-Type").equalsIgnoreCase("text/plain;charset=utf-8")
                && answer.body().matches("[A-Z][A-Za-z0-9 ,.';]+\\.\n");
        return answer.status() == 0 || text && !answer.first("Date").isEmpty();
    }

    /**
     * As before; besides, nothing that follows on this connection may count as a request. A container may read a body that
     * has both framings by its chunks, if it closes the connection then (RFC 9112 section 6.3).
     */
    void assertRefusedForGood(String request) throws IOException {
        int before = upstream.requests("/smuggled").size();
        try (Attacker client = connect()) {
            Answer answer = client.trySend(request).answer();
            boolean bothFramings = request.contains("Content-Length:") && request.contains("Transfer-Encoding:");
            assertTrue(answer.isRefusal() || !embedded() && bothFramings, answer::toString);
            assertTrue(client.endsWithin(Duration.ofSeconds(5)), () -> "the connection stays open; " + answer);
            assertEquals(before, upstream.requests("/smuggled").size(), "a second request came");
        }
    }

    /** The honest visitor's socket, opened before the first attack, still echoes, and a newcomer is served at once. */
    void assertServes() throws IOException {
        long start = System.nanoTime();
        try (Attacker newcomer = connectFrom(VISITOR)) {
            Answer answer = newcomer.send(head("GET /_stcore/health HTTP/1.1")).answer();
            assertEquals(200, answer.status(), answer::toString);
        }
        if (secure) {
            return; // the visitor is the other gateway's
        }
        if (visitor == null) {
            visitor = new Visitor(uri());
        }
        visitor.assertEchoes();
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 5000, () -> "the visitor waited for " + millis + " ms");
    }

    /** A new one in place of the visitor whose socket an attack has ended, so that the next attack is judged by itself. */
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
