package org.streamlitgateway.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;

/** A gateway in front of a {@link FakeStreamlit}, with access to both ends. */
public final class GatewayFixture implements AutoCloseable {
    private static final Path LOGS = Path.of("target", "gateway-logs");

    private final String title;
    private final FakeStreamlit upstream;
    private final RunningGateway gateway;

    private GatewayFixture(String title, FakeStreamlit upstream, RunningGateway gateway) {
        this.title = title;
        this.upstream = upstream;
        this.gateway = gateway;
    }

    /**
     * Starts a gateway in front of a new fake Streamlit.
     *
     * @param options name, value, name, value …: see {@link Deployment#start}
     */
    public static GatewayFixture start(Deployment deployment, String... options) throws IOException {
        Class<?> suite = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .getCallerClass();
        return start(suite.getSimpleName(), deployment, options);
    }

    public static GatewayFixture start(String suite, Deployment deployment, String... options) throws IOException {
        FakeStreamlit upstream = FakeStreamlit.start();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("streamlit-host", "127.0.0.1");
        all.put("streamlit-port", Integer.toString(upstream.port()));
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return new GatewayFixture(suite + "-" + deployment.name(), upstream, deployment.start(all));
    }

    public FakeStreamlit upstream() {
        return upstream;
    }

    public RunningGateway gateway() {
        return gateway;
    }

    public URI uri() {
        return gateway.uri();
    }

    public RawHttp http() throws IOException {
        return RawHttp.connect(uri());
    }

    /** Returns the request target under which a browser sees this path of the app: prefixed with the context path. */
    public String target(String path) {
        String prefix = uri().getPath();
        return prefix.substring(0, prefix.length() - 1) + path;
    }

    /** Opens a WebSocket that the fake Streamlit's script for this query answers. */
    public RawWebSocket open(String query, String... fieldLines) throws IOException {
        return RawWebSocket.open(uri(), stream(query), fieldLines);
    }

    public RawWebSocket dial(String query, String... fieldLines) throws IOException {
        return RawWebSocket.dial(uri(), stream(query), fieldLines);
    }

    /** Returns the target of Streamlit's WebSocket with the query {@code ?test=NAME}, which distinguishes the tests. */
    public static String streamOf(String test) {
        return "/_stcore/stream?test=" + test;
    }

    private String stream(String test) {
        return target(streamOf(test));
    }

    /** Stops both, saves the gateway's log for the analysis of failures, and fails if a script failed. */
    @Override
    public void close() {
        gateway.close();
        upstream.close();
        try {
            Files.createDirectories(LOGS);
            Files.writeString(LOGS.resolve(title + ".log"), gateway.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        upstream.assertNoProblems();
    }
}
