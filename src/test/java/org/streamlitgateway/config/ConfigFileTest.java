package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.config.AppConfig.Upstream;
import org.streamlitgateway.config.reader.Settings;

/** {@code gateway.yaml}. */
class ConfigFileTest {
    @TempDir
    private Path folder;

    private Settings file(String text) throws IOException {
        return new Settings().file(Files.writeString(folder.resolve("gateway.yaml"), text));
    }

    /** Returns the problems of a file, without the name of its folder. */
    private List<String> problems(String text) {
        ConfigException bad =
                assertThrows(ConfigException.class, () -> file(text).read());
        return bad.problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    @Test
    void everySettingOfAnAppIsRead() throws Exception {
        Files.writeString(folder.resolve("b.py"), "import streamlit");
        GatewayConfig config = file("""
                        proxy-port: 0
                        trusted-proxies: [10.0.0.0/8, "::1"]
                        apps:
                          /:
                            replicas: localhost:8501
                          /a/:
                            name: Sales
                            description: What was sold
                            replicas:
                              - localhost:8502
                              - {address: "[::1]:8503", drain: yes}
                          /a/b:
                            app: b.py
                            processes: 3
                            command: python3 -m streamlit
                            arguments: [--theme.base=dark, --server.maxUploadSize=5]
                            environment: {MODE: test}
                            idle-stop: 5m
                        """).read();

        assertTrue(config.named());
        assertEquals(
                List.of("", "/a", "/a/b"),
                config.apps().stream().map(AppConfig::prefix).toList());
        assertEquals(2, config.trustedProxies().size());
        AppConfig sales = config.apps().get(1);
        assertEquals("Sales", sales.name());
        assertEquals(
                List.of(
                        new Upstream(new HostPort("localhost", 8502), false),
                        new Upstream(new HostPort("::1", 8503), true)),
                sales.replicas());
        AppConfig.Launch launch = config.apps().get(2).launch();
        assertEquals(folder.resolve("b.py").toString(), launch.script());
        assertEquals(folder, launch.workingDirectory());
        assertEquals(List.of("python3", "-m", "streamlit"), launch.command());
        assertEquals(List.of("--theme.base=dark", "--server.maxUploadSize=5"), launch.arguments());
        assertEquals(Map.of("MODE", "test"), launch.environment());
        assertEquals(3, launch.processes());
        assertEquals(Duration.ofMinutes(5), launch.idleStop());
        assertTrue(launch.lazy());
    }

    @Test
    void folderAsCommandIsAVirtualEnvironment() throws Exception {
        Files.writeString(folder.resolve("b.py"), "import streamlit");
        Path streamlit = Files.createDirectories(folder.resolve(".venv/bin")).resolve("streamlit");
        Files.setPosixFilePermissions(Files.createFile(streamlit), PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String written : List.of(".venv", "./.venv", "[.venv]", ".venv/bin/streamlit")) {
            GatewayConfig config =
                    file("apps: {/b: {app: b.py, command: " + written + "}}").read();
            assertEquals(List.of(streamlit.toString()), config.app().launch().command(), written);
        }
    }

    @Test
    void listItemIsOneWordAndTextIsSplit() throws Exception {
        Files.writeString(folder.resolve("b.py"), "import streamlit");
        String app = "apps: {/b: {app: b.py, arguments: %s}}";
        assertEquals(
                List.of("--a=b c"),
                file(app.formatted("[--a=b c]")).read().app().launch().arguments());
        assertEquals(
                List.of("--a=b", "c"),
                file(app.formatted("--a=b  c")).read().app().launch().arguments());
        assertEquals(List.of(), file(app.formatted("")).read().app().launch().arguments());
    }

    @Test
    void fileWithoutAppsConfiguresTheSingleApp() throws Exception {
        GatewayConfig config = file("streamlit-port: 7000\ncontext-path: /x\n").read();

        assertFalse(config.named());
        assertEquals(new HostPort("localhost", 7000), config.app().upstream());
        assertEquals("/x", config.app().prefix());
        assertNull(config.app().launch());
    }

    @Test
    void everyProblemHasFileLineAndKey() {
        assertEquals(
                List.of(
                        "gateway.yaml:5: proxy-host: is a duplicate; the first one is in line 4",
                        "gateway.yaml:1: proxy-prt: no such setting, did you mean proxy-port?",
                        "gateway.yaml:3: streamlit-port: cannot be combined with apps:; set it below the path of"
                                + " an app",
                        "gateway.yaml:7: apps.a: 'a' does not begin with a slash; write /a",
                        "gateway.yaml:8: apps.a.replica: no such setting of an app, did you mean replicas?",
                        "gateway.yaml:7: apps.a: has neither replicas nor app; set the address of its Streamlit or the"
                                + " script to start",
                        "gateway.yaml:11: apps./c.idle-stop: has no effect without app",
                        "gateway.yaml:10: apps./c.replicas[0]: 'nowhere' is not an address such as localhost:8501 or"
                                + " [::1]:8501",
                        "gateway.yaml:13: apps./c/: is also the path of another app",
                        "gateway.yaml:2: log-level: 'chatty' is none of ERROR, WARN, INFO, DEBUG, TRACE"),
                problems("""
                        proxy-prt: 0
                        log-level: chatty
                        streamlit-port: 3
                        proxy-host: a
                        proxy-host: b
                        apps:
                          a:
                            replica: x
                          /c:
                            replicas: [nowhere]
                            idle-stop: 5m

                          /c/:
                            replicas: localhost:1
                        """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    apps: | contains no app
                    apps: 3 | is not a mapping
                    'apps: {/_gateway: {replicas: a:1}}' | is reserved for the gateway's built-in pages
                    'apps: {/a: {replicas: a:1, app: x}}' | cannot be combined with app
                    'apps: {/a: {replicas: []}}' | contains no replica
                    'apps: {/a: {replicas: [a:1, a:1]}}' | is a duplicate
                    'apps: {/a: {replicas: [{drain: yes}]}}' | has no address
                    'apps: {/a: {replicas: [{address: a:1, drian: yes}]}}' | did you mean drain?
                    'apps: {/a: {app: none.py, start: soon}}' | is neither visit nor now
                    'apps: {/a: {app: none.py, processes: 0}}' | is not a number from 1 to 64
                    'apps: {/a: {app: none.py, command: ./none}}' | is neither a program nor the folder
                    'apps: {/a: {app: none.py, command: [., x]}}' | is a folder, so no arguments may follow
                    'apps: {/a: {app: none.py, command: .}}' | contains no bin/streamlit
                    'apps: {/a: {app: none.py, environment: {A-B: 1}}}' | is not the name of a variable
                    'apps: {/a: {app: none.py, environment: {A: [1, 2]}}}' | is not a single value
                    'apps: {/a: {app: none.py, memory: 1M}}' | is not a size of at least 16M
                    'apps: {/a: {app: none.py, memory: much}}' | is not a size of at least 16M
                    'apps: {/a: {app: none.py, max-restarts: -1}}' | is not a number from 0
                    'apps: {/a: {app: none.py, working-directory: none}}' | is not a folder
                    'apps: {/a: {replicas: a:1, memory: 1G}}' | has no effect without app
                    'health-rise: 0' | is not a number from 1 to 100
                    'sticky-key: short' | is shorter than 16 characters
                    'proxy-port: [1' | is not valid YAML
                    'proxy-port: {a: 1}' | is not a single value
                    """)
    void invalidFileIsRejectedWithTheReason(String text, String reason) {
        assertTrue(problems(text).stream().anyMatch(problem -> problem.contains(reason)), () -> problems(text)
                .toString());
    }

    @Test
    void missingFileIsAProblem() {
        ConfigException bad = assertThrows(
                ConfigException.class,
                () -> new Settings().file(folder.resolve("none.yml")).read());
        assertTrue(bad.getMessage().contains("cannot be read"), bad.getMessage());
    }

    @Test
    void flagsOfTheSingleAppCannotBeCombinedWithApps() throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), "apps: {/a: {replicas: a:1}}");
        ConfigException bad = assertThrows(ConfigException.class, () -> new Settings()
                .commandLine(Map.of("streamlit-port", "1", "proxy-port", "0"))
                .file(file)
                .read());
        assertEquals(1, bad.problems().size(), bad.getMessage());
        assertEquals("--streamlit-port", bad.problems().get(0).where());
    }

    @Test
    void secretsOfChannelsAreHidden() throws Exception {
        Settings settings = file("""
                channel:
                  - a=ws://localhost:1/ws?token=pw2,mode=shared,header.Authorization=Bearer pw3,history=5
                  - b=ws://localhost:2/ws
                """);
        GatewayConfig config = settings.read();
        String text = settings.effective(config);

        assertFalse(text.contains("pw"), text);
        assertTrue(text.contains("localhost:1/ws?(hidden),mode=shared,header.Authorization=(hidden),history=5"), text);
        assertEquals(2, file(text).read().channels().size(), text);
    }

    @Test
    void effectiveConfigurationCanBeReadAgainAndHidesSecrets() throws Exception {
        Files.writeString(folder.resolve("b.py"), "import streamlit");
        Settings settings = file("""
                sticky-key: a-very-long-secret
                proxy-port: 1234
                apps:
                  /a: {name: "A: 1", replicas: ["[::1]:8502", {address: b:2, drain: true}]}
                  /b:
                    {app: b.py, command: [java, "a b"], memory: 1G, processes: 2, environment: {KEY: a password}}
                """);
        GatewayConfig config = settings.read();
        String text = settings.effective(config);

        assertFalse(text.contains("a-very-long-secret") || text.contains("a password"), text);
        assertTrue(text.contains("sticky-key: (hidden)"), text);
        assertTrue(text.contains("gateway.yaml:2: proxy-port"), text);
        GatewayConfig again = file(text.replace("KEY: (hidden)", "KEY: a password")
                        .replace("(hidden)", "a-very-long-secret"))
                .read();
        assertEquals(config.apps(), again.apps());
        assertEquals(config.timeouts(), again.timeouts());
        assertEquals(config.listen(), again.listen());
    }
}
