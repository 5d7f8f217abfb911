package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.Closing;
import org.streamlitgateway.fixture.Eventually;
import org.streamlitgateway.fixture.FakeCollector;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;

/** Deployment and undeployment while sessions are open: the sessions are closed, and nothing remains. */
@EveryContainer
class LifecycleIT {
    private static final int TIMES = 10;
    private static final int SESSIONS = 5;
    private static final int SERVICE_RESTART = 1012;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String STREAM = "/app/_stcore/stream";

    @Parameter
    private ContainerDeployment deployment;

    private FakeStreamlit upstream;
    private FakeCollector collector;
    private RunningContainer container;

    @BeforeParameterizedClassInvocation
    void start() throws IOException {
        upstream = FakeStreamlit.start();
        collector = FakeCollector.start();
        Path log = Files.createTempFile("access-", ".jsonl");
        log.toFile().deleteOnExit();
        container = deployment.start(new ContainerSetup()
                .at("/app")
                .parameter("streamlit-host", "127.0.0.1")
                .parameter("streamlit-port", upstream.port())
                .parameter("access-log", log)
                .parameter("otlp-endpoint", collector.endpoint())
                .parameter("strip-prefix", "yes"));
    }

    @AfterParameterizedClassInvocation
    void stop() {
        container.close();
        upstream.close();
        collector.close();
    }

    @Test
    void tenRedeploymentsWithOpenSessionsLeakNothing() throws IOException {
        for (int i = 0; i < TIMES; i++) {
            awaitHealth(200);
            useAndUndeploy();
            container.deploy();
        }
        awaitHealth(200);
        useAndUndeploy();

        assertTrue(collector.spans().size() > (TIMES + 1) * SESSIONS, collector.spans()::toString);
        Eventually.until(
                () -> upstream.openConnections() + " connections are open upstream",
                LIMIT,
                () -> upstream.openConnections() == 0);
        Eventually.until(() -> "gateway threads remaining: " + gatewayThreads(), LIMIT, () -> gatewayThreads()
                .isEmpty());
        // idle server threads may reference the last application; growth with the number of deployments is a leak
        Eventually.until(() -> "class loaders remaining: " + webappLoaders(), LIMIT, () -> webappLoaders() <= 1);
        assertTrue(sockets() < 20, "sockets remaining: " + sockets());
        container.deploy();
        awaitHealth(200);
    }

    private void useAndUndeploy() throws IOException {
        List<Recorder<Closing>> closings = new ArrayList<>();
        List<RawWebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            RawWebSocket socket = RawWebSocket.open(container.uri(), STREAM);
            socket.frames().send(Frame.text("hello"));
            assertEquals(Frame.text("hello"), socket.frames().nextMessage());
            sockets.add(socket);
            closings.add(socket.answerInBackground());
        }
        try (RawHttp http = RawHttp.connect(container.uri())) {
            assertEquals(100_000, http.get("/app/bytes/100000").body().length);
        }

        container.undeploy();

        for (Recorder<Closing> closing : closings) {
            assertEquals(SERVICE_RESTART, closing.take(LIMIT).code());
        }
        for (RawWebSocket socket : sockets) {
            socket.close();
        }
        awaitHealth(404);
    }

    private void awaitHealth(int status) {
        Eventually.until(
                () -> "/app/_stcore/health is not " + status + container.log(), LIMIT, () -> health() == status);
    }

    private int health() {
        try (RawHttp http = RawHttp.connect(container.uri())) {
            return http.get("/app/_stcore/health").status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> gatewayThreads() {
        return jcmd("Thread.print")
                .lines()
                .filter(line -> line.startsWith("\"gateway-") || line.startsWith("\"streamlit-"))
                .toList();
    }

    /** Counts class loaders after a full collection, with which the histogram starts. */
    private long webappLoaders() {
        Pattern line = Pattern.compile("(?m)^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+"
                + Pattern.quote(deployment.container().webappLoader()) + "( .*)?$");
        Matcher count = line.matcher(jcmd("GC.class_histogram"));
        return count.find() ? Long.parseLong(count.group(1)) : 0;
    }

    private String jcmd(String command) {
        try {
            Process jcmd = new ProcessBuilder(
                            deployment.jdk().tool("jcmd").toString(), Long.toString(container.pid()), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long sockets() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(container.pid()), "fd"))) {
            return open.filter(LifecycleIT::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }
}
