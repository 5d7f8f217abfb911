package org.streamlitgateway.it;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code java -jar streamlit-gateway.war}, on one JDK, with one kind of WebSocket relay. */
public final class WarDeployment implements Deployment {
    private static final Pattern READY = Pattern.compile("ready: (\\S+)");

    private final Jdk jdk;
    private final boolean bridge;

    private WarDeployment(Jdk jdk, boolean bridge) {
        this.jdk = jdk;
        this.bridge = bridge;
    }

    /** Returns deployments on the JDK that runs the tests, and on JDK 25 if found. */
    public static List<WarDeployment> installed() {
        return Jdk.installed().stream()
                .map(jdk -> new WarDeployment(jdk, false))
                .toList();
    }

    /** Returns the same deployments with the bridge instead of the splice. */
    public static List<WarDeployment> bridged() {
        return Jdk.installed().stream().map(jdk -> new WarDeployment(jdk, true)).toList();
    }

    /** Returns the WAR under test. */
    public static Path war() {
        String configured = System.getProperty("gateway.war", "");
        Path war = Path.of(
                configured.isBlank() || configured.startsWith("${") ? "target/streamlit-gateway.war" : configured);
        if (!Files.isRegularFile(war)) {
            throw new IllegalStateException(war.toAbsolutePath() + " is missing: run mvn -DskipTests package first");
        }
        return war.toAbsolutePath();
    }

    @Override
    public String name() {
        return "war-" + jdk.version() + (bridge ? "-bridge" : "");
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public boolean splices() {
        return !bridge;
    }

    @Override
    public RunningGateway start(Map<String, String> options) throws IOException {
        Map<String, String> complete = new LinkedHashMap<>(Map.of("proxy-host", "127.0.0.1", "proxy-port", "0"));
        if (bridge) {
            complete.put("relay", "bridge");
        }
        complete.putAll(options);
        return new Running(complete);
    }

    /** Runs the WAR with exactly these arguments, and with these environment variables added to the test's own. */
    public LaunchedProcess launch(List<String> arguments, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(jdk.tool("java").toString());
        command.addAll(jdk.options());
        command.add("-jar");
        command.add(war().toString());
        command.addAll(arguments);
        return LaunchedProcess.start(command, environment);
    }

    /** Returns the address in the line that a gateway prints when it is ready. */
    public static URI readyAddress(LaunchedProcess process) {
        Matcher ready = READY.matcher(process.awaitLine("ready: "));
        if (!ready.find()) {
            throw new AssertionError("no address in the ready line: " + process.output());
        }
        return URI.create(ready.group(1));
    }

    private final class Running implements RunningGateway {
        private final Map<String, String> options;
        private final StringBuilder earlierLog = new StringBuilder();
        private LaunchedProcess process;
        private URI uri;

        Running(Map<String, String> options) throws IOException {
            this.options = options;
            process = launchWith(options);
            uri = awaitReady(process);
        }

        private LaunchedProcess launchWith(Map<String, String> options) throws IOException {
            List<String> arguments = new ArrayList<>();
            options.forEach((name, value) -> {
                arguments.add("--" + name);
                arguments.add(value);
            });
            return launch(arguments, Map.of());
        }

        private URI awaitReady(LaunchedProcess started) {
            try {
                return readyAddress(started);
            } catch (AssertionError e) {
                started.close();
                throw e;
            }
        }

        @Override
        public URI uri() {
            return uri;
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public String log() {
            return earlierLog + process.output();
        }

        @Override
        public int stop() {
            return process.terminate();
        }

        @Override
        public void restartOnSamePort() throws IOException {
            process.terminate();
            earlierLog.append(process.output());
            Map<String, String> restarted = new LinkedHashMap<>(options);
            restarted.put("proxy-port", Integer.toString(uri.getPort()));
            process = launchWith(restarted);
            uri = awaitReady(process);
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
