package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamlitgateway.fixture.FakeFeed;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.it.Door;
import org.streamlitgateway.it.RunningGateway;

/** A gateway to attack, with a Streamlit and feeds behind it and one honest visitor who must not notice. */
final class Target implements AutoCloseable {
    /** An address that the gateway trusts as a proxy's; every other client is a stranger. */
    static final String PROXY = "127.0.0.3";

    static final String STRANGER = "127.0.0.1";
    private static final String VISITOR = "127.0.0.9";

    private final String name;
    private final Door door;
    private final FakeStreamlit upstream = FakeStreamlit.start();
    private final FakeFeed feed = FakeFeed.start();
    private final FakeFeed echo = FakeFeed.start().echoing();
    private final RunningGateway gateway;
    private RawWebSocket visitor;
    private int pings;

    /** @param options what the gateway is given beside its Streamlit and its channels: name, value … */
    Target(String name, Door door, String... options) throws IOException {
        this.name = name;
        this.door = door;
        Map<String, String> all = new LinkedHashMap<>();
        all.put("streamlit-host", "127.0.0.1");
        all.put("streamlit-port", Integer.toString(upstream.port()));
        all.put("trusted-proxies", PROXY);
        all.put("asset-cache", "8M");
        all.put(
                "channel",
                "shared=" + feed.address() + ";;sends=" + echo.address() + ",send=true;;own=" + echo.address()
                        + ",mode=dedicated,send=true");
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        gateway = door.start(all);
    }

    boolean embedded() {
        return door.embedded();
    }

    boolean isTomcat() {
        return door.name().startsWith("tomcat");
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
        return Attacker.connect(address(), STRANGER);
    }

    Attacker connectFrom(String address) throws IOException {
        return Attacker.connect(address(), address);
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

    /** Sends this and nothing else; it must be refused, and Streamlit must not hear of it. */
    void assertRefused(String request) throws IOException {
        int before = upstream.asked();
        try (Attacker client = connect()) {
            Answer answer = client.trySend(request).answer();
            assertTrue(answer.isRefusal(), answer::toString);
            assertEquals(before, upstream.asked(), () -> "it reached Streamlit; " + answer);
        }
    }

    /** As before; besides, nothing that follows on this connection may count as a request. */
    void assertRefusedForGood(String request) throws IOException {
        int before = upstream.asked();
        try (Attacker client = connect()) {
            Answer answer = client.trySend(request).answer();
            assertTrue(answer.isRefusal(), answer::toString);
            assertTrue(client.endsWithin(Duration.ofSeconds(5)), () -> "the connection stays open; " + answer);
            assertEquals(before, upstream.asked(), () -> "it reached Streamlit; " + answer);
        }
    }

    /** The honest visitor's socket, opened before the first attack, still echoes, and a newcomer is served at once. */
    void assertServes() throws IOException {
        long start = System.nanoTime();
        try (Attacker newcomer = connectFrom(VISITOR)) {
            Answer answer = newcomer.send(head("GET /_stcore/health HTTP/1.1")).answer();
            assertEquals(200, answer.status(), answer::toString);
        }
        if (visitor == null) {
            visitor = RawWebSocket.open(uri(), "/_stcore/stream?visitor", "Sec-WebSocket-Protocol: streamlit, token");
        }
        Frame ping = Frame.text("visitor " + pings++);
        visitor.frames().send(ping);
        assertEquals(ping, visitor.frames().nextMessage());
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 5000, () -> "the visitor waited for " + millis + " ms");
    }

    @Override
    public void close() throws IOException {
        if (visitor != null) {
            visitor.close();
        }
        gateway.close();
        Path logs = Files.createDirectories(Path.of("target/gateway-logs"));
        Files.writeString(logs.resolve("hostile-" + name + ".log"), gateway.log());
        upstream.close();
        feed.close();
        echo.close();
    }
}
