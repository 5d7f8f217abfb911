package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamlitgateway.config.file.ConfigText;
import org.streamlitgateway.config.reader.Settings;

/** Hostile configuration files lead to problems with their position, in bounded time. */
class HostileFileTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private static String laughs() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append("a" + i + ": &a" + i + " [" + ("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1) + "]\n");
        }
        return text + "apps: *a11\n";
    }

    private static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("[".repeat(100_000), "gateway.yaml:1: is nested more than"),
                Arguments.of("{".repeat(100_000), "gateway.yaml:1: is"),
                Arguments.of("a: ".repeat(100_000), "gateway.yaml:1: is not valid YAML"),
                Arguments.of("- ".repeat(100_000), "gateway.yaml:1: is nested more than"),
                Arguments.of("? ".repeat(100_000), "gateway.yaml:1: is nested more than"),
                Arguments.of("apps:\n" + indented(2000), "is nested more than"),
                Arguments.of(laughs(), "has more than 100 aliases"),
                Arguments.of("apps: &a [*a]\n", "gateway.yaml:1: apps: is not a mapping"),
                Arguments.of("apps: &a {/x: *a}\n", "gateway.yaml:1: apps./x"),
                Arguments.of("apps: *nowhere\n", "gateway.yaml:1: is not valid YAML"),
                Arguments.of("proxy-port: " + "9".repeat(900_000), "gateway.yaml:1: proxy-port"),
                Arguments.of("x".repeat(900_000) + ": 1", "gateway.yaml:1: is not valid YAML"),
                Arguments.of("proxy-port: 1\nproxy-port: 2\n", "gateway.yaml:2: proxy-port: is a duplicate"),
                Arguments.of("proxy-port:\n\t1\n", "gateway.yaml:2: is not valid YAML"),
                Arguments.of("proxy-port: 1\n---\nproxy-port: 2\n", "gateway.yaml:2: is not valid YAML"),
                Arguments.of("%YAML 99999999999999999999.1\n---\n", "gateway.yaml"),
                Arguments.of("proxy-port: !!python/object:os.system [x]\n", "gateway.yaml:1: proxy-port"),
                Arguments.of("? [a]\n: b\n", "gateway.yaml:1: ?"),
                Arguments.of("just words", "is not a mapping"),
                Arguments.of("proxy-port: 8\0" + "0", "gateway.yaml:1: contains the control character U+0000"),
                Arguments.of("\nproxy-port: \u001b[2J", "gateway.yaml:2: contains the control character U+001B"),
                Arguments.of("log-level: \"a\\e[2J\\u009b\\u202e\\n2026 forged\"", "gateway.yaml:1: log-level"),
                Arguments.of("app: \"a\\0b\"", "gateway.yaml:1: app"),
                Arguments.of("tls-key: \"a\\0b\"\ntls-certificate: x", "gateway.yaml:1: tls-key"),
                Arguments.of("context-path: " + "/a".repeat(100_000), ""),
                Arguments.of("trusted-proxies: " + "x,".repeat(300_000), "gateway.yaml:1: trusted-proxies"),
                Arguments.of(
                        "apps: {/a: {app: \"\\0\", command: \"\\0/x\", working-directory: \"\\0\"}}", "apps./a.app"),
                Arguments.of(keys(30_000), "more problems"),
                Arguments.of("a: 1\n" + "b, ".repeat(200_000), "gateway.yaml"),
                Arguments.of("a: [" + "b, ".repeat(200_000) + "]", "has more than 100000 values"));
    }

    private static String indented(int levels) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < levels && text.length() < 900_000; i++) {
            text.append(" ".repeat(i)).append("a:\n");
        }
        return text.toString();
    }

    private static String keys(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("k").append(i).append(": 1\n");
        }
        return text.toString();
    }

    private List<String> problems(Path file) {
        return assertTimeoutPreemptively(TIMEOUT, () -> {
            ConfigException e = assertThrows(
                    ConfigException.class, () -> new Settings().file(file).read());
            return e.problems().stream()
                    .map(problem -> problem.toString().replace(folder + "/", ""))
                    .toList();
        });
    }

    @ParameterizedTest
    @MethodSource("texts")
    void hostileTextIsAProblemWithItsPosition(String text, String expected) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), text);
        if (expected.isEmpty()) {
            assertTimeoutPreemptively(TIMEOUT, () -> new Settings().file(file).read());
            return;
        }
        List<String> problems = problems(file);

        assertTrue(problems.stream().anyMatch(p -> p.contains(expected)), problems::toString);
        assertTrue(problems.size() <= ConfigException.MAX_PROBLEMS + 1, () -> problems.size() + " problems");
        for (String problem : problems) {
            assertTrue(problem.length() < 2000, problem);
            assertFalse(problem.chars().anyMatch(c -> c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x202e), problem);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
    void otherEncodingsAreRefused(String charset) throws IOException {
        Path file = folder.resolve("gateway.yaml");
        Files.write(file, "\ufeffproxy-port: 8500\n".getBytes(Charset.forName(charset)));

        assertEquals(1, problems(file).size());
    }

    @Test
    void invalidUtf8IsReportedWithItsLine() throws IOException {
        Path file = folder.resolve("gateway.yaml");
        Files.write(file, "proxy-port: 1\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

        assertEquals(List.of("gateway.yaml:2: is not encoded in UTF-8; save it in UTF-8"), problems(file));
    }

    @Test
    void byteOrderMarkIsIgnored() throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), "\ufeffproxy-port: 8512\n");

        assertEquals(8512, new Settings().file(file).read().listen().port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway.yaml", "gateway.properties"})
    void anythingButARegularFileIsAProblem(String name) throws Exception {
        Path file = folder.resolve(name);
        assertEquals(List.of(name + ": cannot be read: it does not exist"), problems(file));

        Files.createDirectory(file);
        assertEquals(List.of(name + ": is a folder; give a file"), problems(file));
        Files.delete(file);

        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        assertEquals(List.of(name + ": is not a regular file"), problems(file));
        Files.delete(file);

        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        assertEquals(List.of(name + ": is not a regular file"), problems(file));
        Files.delete(file);

        Files.createSymbolicLink(file, file);
        assertEquals(List.of(name + ": cannot be read: it does not exist"), problems(file));
        Files.delete(file);

        Files.write(file, new byte[ConfigText.MAX_BYTES + 1]);
        assertEquals(List.of(name + ": is larger than 1 MiB"), problems(file));
    }

    @Test
    void deviceAsKeyFileIsAProblem() {
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> assertTimeoutPreemptively(TIMEOUT, () -> new Settings()
                        .commandLine(java.util.Map.of("tls-key", "/dev/zero", "tls-certificate", "/dev/zero"))
                        .read()));

        assertTrue(e.getMessage().contains("is not a regular file"), e.getMessage());
    }
}
