package org.streamlitgateway.config.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.Setting;

class SettingsTest {
    @TempDir
    private Path folder;

    @Test
    void namesDefaultsAndVariablesArePinned() {
        String all = Arrays.stream(Setting.values())
                .map(s -> s.key() + "=" + s.defaultValue() + " $" + s.environmentVariable())
                .collect(Collectors.joining("\n"));
        assertEquals("""
                streamlit-host=localhost $STREAMLIT_HOST
                streamlit-port=8501 $STREAMLIT_PORT
                proxy-host=0.0.0.0 $PROXY_HOST
                proxy-port=8500 $PROXY_PORT
                tls-certificate= $STREAMLIT_GATEWAY_TLS_CERTIFICATE
                tls-key= $STREAMLIT_GATEWAY_TLS_KEY
                context-path=/ $STREAMLIT_GATEWAY_CONTEXT_PATH
                log-level=INFO $STREAMLIT_GATEWAY_LOG_LEVEL
                app= $STREAMLIT_GATEWAY_APP
                streamlit-command= $STREAMLIT_GATEWAY_STREAMLIT_COMMAND
                strip-prefix=auto $STREAMLIT_GATEWAY_STRIP_PREFIX
                trusted-proxies= $STREAMLIT_GATEWAY_TRUSTED_PROXIES
                allowed-origins= $STREAMLIT_GATEWAY_ALLOWED_ORIGINS
                allowed-hosts= $STREAMLIT_GATEWAY_ALLOWED_HOSTS
                embed-origins= $STREAMLIT_GATEWAY_EMBED_ORIGINS
                security-headers=off $STREAMLIT_GATEWAY_SECURITY_HEADERS
                identity-headers= $STREAMLIT_GATEWAY_IDENTITY_HEADERS
                identity-header-exceptions= $STREAMLIT_GATEWAY_IDENTITY_HEADER_EXCEPTIONS
                streamlit-metrics=no $STREAMLIT_GATEWAY_STREAMLIT_METRICS
                user-header=X-Forwarded-User $STREAMLIT_GATEWAY_USER_HEADER
                relay=splice $STREAMLIT_GATEWAY_RELAY
                channel= $STREAMLIT_GATEWAY_CHANNEL
                max-message-size=200M $STREAMLIT_GATEWAY_MAX_MESSAGE_SIZE
                connect-timeout=5s $STREAMLIT_GATEWAY_CONNECT_TIMEOUT
                upstream-timeout=60s $STREAMLIT_GATEWAY_UPSTREAM_TIMEOUT
                client-timeout=60s $STREAMLIT_GATEWAY_CLIENT_TIMEOUT
                head-timeout=30s $STREAMLIT_GATEWAY_HEAD_TIMEOUT
                min-body-rate=500 $STREAMLIT_GATEWAY_MIN_BODY_RATE
                max-connections=20000 $STREAMLIT_GATEWAY_MAX_CONNECTIONS
                max-connections-per-address=10000 $STREAMLIT_GATEWAY_MAX_CONNECTIONS_PER_ADDRESS
                max-uploads-per-client=256 $STREAMLIT_GATEWAY_MAX_UPLOADS_PER_CLIENT
                max-sessions-per-client=10000 $STREAMLIT_GATEWAY_MAX_SESSIONS_PER_CLIENT
                handshake-timeout=10s $STREAMLIT_GATEWAY_HANDSHAKE_TIMEOUT
                ping-interval=20s $STREAMLIT_GATEWAY_PING_INTERVAL
                pong-timeout=20s $STREAMLIT_GATEWAY_PONG_TIMEOUT
                stall-timeout=5m $STREAMLIT_GATEWAY_STALL_TIMEOUT
                asset-cache=64M $STREAMLIT_GATEWAY_ASSET_CACHE
                drain-delay=0s $STREAMLIT_GATEWAY_DRAIN_DELAY
                stop-timeout=10s $STREAMLIT_GATEWAY_STOP_TIMEOUT
                close-spread=2s $STREAMLIT_GATEWAY_CLOSE_SPREAD
                drain-timeout=1h $STREAMLIT_GATEWAY_DRAIN_TIMEOUT
                health-interval=2s $STREAMLIT_GATEWAY_HEALTH_INTERVAL
                health-timeout=2s $STREAMLIT_GATEWAY_HEALTH_TIMEOUT
                health-rise=2 $STREAMLIT_GATEWAY_HEALTH_RISE
                health-fall=3 $STREAMLIT_GATEWAY_HEALTH_FALL
                sticky-key= $STREAMLIT_GATEWAY_STICKY_KEY
                state-folder= $STREAMLIT_GATEWAY_STATE_FOLDER
                metrics-allow=127.0.0.0/8,::1 $STREAMLIT_GATEWAY_METRICS_ALLOW
                metrics-token= $STREAMLIT_GATEWAY_METRICS_TOKEN
                metrics-port= $STREAMLIT_GATEWAY_METRICS_PORT
                message-metrics=yes $STREAMLIT_GATEWAY_MESSAGE_METRICS
                access-log=off $STREAMLIT_GATEWAY_ACCESS_LOG
                access-log-users=yes $STREAMLIT_GATEWAY_ACCESS_LOG_USERS
                access-log-queries=no $STREAMLIT_GATEWAY_ACCESS_LOG_QUERIES
                page-title=Apps $STREAMLIT_GATEWAY_PAGE_TITLE
                page-logo= $STREAMLIT_GATEWAY_PAGE_LOGO
                status=loopback $STREAMLIT_GATEWAY_STATUS
                admins= $STREAMLIT_GATEWAY_ADMINS
                ctl-socket= $STREAMLIT_GATEWAY_CTL_SOCKET
                otlp-endpoint= $STREAMLIT_GATEWAY_OTLP_ENDPOINT""", all);
    }

    @Test
    void defaultsConnectPort8500ToPort8501() throws Exception {
        GatewayConfig config = new Settings().read();

        assertEquals(new HostPort("0.0.0.0", 8500), config.listen());
        assertEquals(new HostPort("localhost", 8501), config.app().upstream());
        assertEquals("", config.app().prefix());
    }

    @Test
    void precedenceIsFlagParameterPropertyVariableFile() throws Exception {
        Path file = Files.writeString(
                folder.resolve("gateway.properties"),
                "proxy-port=5\nstreamlit-port=5\nstreamlit-host=five\ncontext-path=/five\nlog-level=ERROR\n");

        GatewayConfig config = new Settings()
                .commandLine(Map.of("proxy-port", "1"))
                .contextParameters(Map.of("proxy-port", "2", "streamlit-port", "2")::get)
                .systemProperties(Map.of(
                        "streamlit-gateway.streamlit-port", "3", "streamlit-gateway.streamlit-host", "three")::get)
                .environment(Map.of("STREAMLIT_HOST", "four", "STREAMLIT_GATEWAY_CONTEXT_PATH", "/four"))
                .file(file)
                .read();

        assertEquals(1, config.listen().port());
        assertEquals(new HostPort("three", 2), config.app().upstream());
        assertEquals("/four", config.app().prefix());
        assertEquals("ERROR", config.logLevel());
    }

    @Test
    void allProblemsAreReportedAtOnceWithTheirSource() {
        ConfigException e = assertThrows(ConfigException.class, () -> new Settings()
                .commandLine(Map.of("proxy-port", "70000", "context-path", "ctx"))
                .environment(Map.of("STREAMLIT_PORT", "x", "STREAMLIT_GATEWAY_PING_INTERVAL", "soon"))
                .read());

        assertEquals(
                List.of("--proxy-port", "$STREAMLIT_PORT", "--context-path", "$STREAMLIT_GATEWAY_PING_INTERVAL"),
                e.problems().stream().map(Problem::where).toList());
        assertTrue(e.getMessage().contains("write /ctx"), e.getMessage());
    }

    @Test
    void unknownKeyInAFileIsRefusedWithASuggestion() throws Exception {
        Path file = Files.writeString(folder.resolve("g.properties"), "streamlit-prt=1\n");

        ConfigException e = assertThrows(
                ConfigException.class, () -> new Settings().file(file).read());

        assertTrue(e.getMessage().contains("did you mean streamlit-port?"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"--proxy-prt,proxy-port", "--prot,proxy-port", "--hosts,allowed-hosts", "--strip,strip-prefix"})
    void misspeltOrPartialNameIsCompletedBySuggestion(String wrong, String name) {
        assertTrue(Settings.suggestion(wrong).contains(name), () -> Settings.suggestion(wrong));
    }

    @Test
    void emptyVariableCountsAsUnset() throws Exception {
        assertEquals(
                8501,
                new Settings()
                        .environment(Map.of("STREAMLIT_PORT", ""))
                        .read()
                        .app()
                        .upstream()
                        .port());
    }

    @ParameterizedTest
    @CsvSource({"20,20000", "500ms,500", "20s,20000", "1.5s,1500", "5m,300000", "1h,3600000"})
    void timesHaveUnits(String text, long millis) throws Exception {
        GatewayConfig config =
                new Settings().commandLine(Map.of("stall-timeout", text)).read();

        assertEquals(Duration.ofMillis(millis), config.timeouts().stall());
    }

    @ParameterizedTest
    @CsvSource({"/,''", "/ctx,/ctx", "/ctx/,/ctx", "/tools/streamlit,/tools/streamlit"})
    void contextPathLosesItsTrailingSlash(String text, String prefix) throws Exception {
        assertEquals(
                prefix,
                new Settings()
                        .commandLine(Map.of("context-path", text))
                        .read()
                        .app()
                        .prefix());
    }

    @ParameterizedTest
    @CsvSource({"ctx", "//", "/a//b", "/a/../b", "/a b", "/a?b", "/_gateway"})
    void invalidContextPathIsRefused(String text) {
        assertThrows(
                ConfigException.class,
                () -> new Settings().commandLine(Map.of("context-path", text)).read());
    }
}
