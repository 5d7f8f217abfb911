package org.streamlitgateway.it.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.EmbeddedDeployment;
import org.streamlitgateway.it.RunningGateway;
import org.streamlitgateway.it.browser.StreamlitProcess;

/**
 * The doctor at front ends with one fault each, made with Debian's nginx, HAProxy and Caddy in front of real Streamlits: each
 * fault must be the only failure that is named, with the hop and the mend. Sound front ends must give no alarm.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class DoctorIT {
    private static final Path APP = Path.of("src/test/streamlit/marked.py");

    /** A sound nginx has these lines; each server below leaves out or changes one. */
    private static final String UPGRADE = """
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            """;

    private static final String HOST = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;";

    private static final String NGINX = """
            gzip on; gzip_proxied any; gzip_types text/css application/javascript text/javascript;
            upstream two { server 127.0.0.1:@streamlit@; server 127.0.0.1:@second@; }
            server { listen 127.0.0.1:@sound@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@sound-tls@ ssl http2; ssl_certificate FOLDER/sound.crt; ssl_certificate_key FOLDER/sound.key;
              location /app/ { proxy_pass http://127.0.0.1:@gateway@/; UPGRADE HOST proxy_redirect ~^/(.*) /app/$1; } }
            server { listen 127.0.0.1:@no-upgrade@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; proxy_http_version 1.1; HOST } }
            server { listen 127.0.0.1:@http-1-0@;
              location / { proxy_pass http://127.0.0.1:@gateway@;
                proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; HOST } }
            server { listen 127.0.0.1:@no-upgrade-gateway@;
              location / { proxy_pass http://127.0.0.1:@gateway@; proxy_http_version 1.1; HOST } }
            server { listen 127.0.0.1:@host-rewritten@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE proxy_set_header Host inner.example.net; } }
            server { listen 127.0.0.1:@host-rewritten-gateway@;
              location / { proxy_pass http://127.0.0.1:@gateway@; UPGRADE proxy_set_header Host inner.example.net; } }
            server { listen 127.0.0.1:@port-dropped@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE proxy_set_header Host $host; } }
            server { listen 127.0.0.1:@body-limit@; client_max_body_size 1m;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@idle-limit@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; proxy_read_timeout 2s; UPGRADE HOST } }
            server { listen 127.0.0.1:@small-headers@; client_header_buffer_size 1k; large_client_header_buffers 2 2k;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@not-sticky@;
              location / { proxy_pass http://two; UPGRADE HOST } }
            server { listen 127.0.0.1:@stripped-wrongly@;
              location /app { proxy_pass http://127.0.0.1:@streamlit@/; UPGRADE HOST } }
            server { listen 127.0.0.1:@not-stripped@;
              location /app/ { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@stripped-twice@;
              location /app/ { proxy_pass http://127.0.0.1:@prefixed@/; UPGRADE HOST } }
            server { listen 127.0.0.1:@prefix-lost@;
              location /app/ { proxy_pass http://127.0.0.1:@streamlit@/; UPGRADE HOST } }
            server { listen 127.0.0.1:@https-lost@ ssl http2; ssl_certificate FOLDER/sound.crt; ssl_certificate_key FOLDER/sound.key;
              location /app { proxy_pass http://127.0.0.1:@prefixed@; UPGRADE proxy_set_header Host $http_host; } }
            server { listen 127.0.0.1:@expired@ ssl; ssl_certificate FOLDER/expired.crt; ssl_certificate_key FOLDER/expired.key;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@app-down@;
              location / { proxy_pass http://127.0.0.1:@nobody@; UPGRADE HOST } }
            server { listen 127.0.0.1:@no-put@;
              location / { limit_except GET POST DELETE { deny all; } proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@caching@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST
                proxy_cache shared; proxy_cache_valid 200 1m; proxy_ignore_headers Cache-Control Set-Cookie Expires Vary; } }
            server { listen 127.0.0.1:@log-in@;
              location / { if ($http_cookie !~ "pass=1") { return 302 /login?next=$request_uri; }
                proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST } }
            server { listen 127.0.0.1:@origin-removed@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST proxy_set_header Origin ""; } }
            server { listen 127.0.0.1:@cookie-path@;
              location / { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST proxy_cookie_path / /elsewhere/; } }
            server { listen 127.0.0.1:@only-some-paths@;
              location /_stcore/health { proxy_pass http://127.0.0.1:@streamlit@; UPGRADE HOST }
              location / { return 404; } }
            """;

    private static final String HAPROXY = """
            backend streamlit
              server one 127.0.0.1:@streamlit@
            backend nobody
              retries 0
              server one 127.0.0.1:@nobody@
            backend short
              timeout tunnel 2s
              server one 127.0.0.1:@streamlit@
            frontend sound
              bind 127.0.0.1:@haproxy-sound@
              compression algo gzip
              compression type text/css text/javascript application/javascript
              default_backend streamlit
            frontend short
              bind 127.0.0.1:@haproxy-short-tunnel@
              compression algo gzip
              compression type text/css text/javascript application/javascript
              default_backend short
            frontend firewall
              bind 127.0.0.1:@haproxy-firewall@
              http-request deny if { hdr(Upgrade) -i websocket }
              default_backend streamlit
            frontend down
              bind 127.0.0.1:@haproxy-app-down@
              default_backend nobody
            """;

    private static final String CADDY = """
            http://:@caddy-sound@ {
              bind 127.0.0.1
              encode gzip
              reverse_proxy 127.0.0.1:@streamlit@
            }
            http://:@caddy-no-subprotocol@ {
              bind 127.0.0.1
              reverse_proxy 127.0.0.1:@streamlit@ {
                header_up -Sec-WebSocket-Protocol
              }
            }
            http://:@caddy-host@ {
              bind 127.0.0.1
              reverse_proxy 127.0.0.1:@streamlit@ {
                header_up Host inner.example.net
              }
            }
            """;

    @TempDir
    static Path folder;

    private FrontEnds fronts;
    private StreamlitProcess first;
    private StreamlitProcess second;
    private StreamlitProcess prefixed;
    private FakeStreamlit other;
    private RunningGateway gateway;
    private RunningGateway narrow;
    private RunningGateway appDown;
    private TestCertificate certificate;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        first = new StreamlitProcess(APP, "/", Map.of());
        second = new StreamlitProcess(APP, "/", Map.of());
        prefixed = new StreamlitProcess(APP, "/app/", Map.of());
        first.start();
        second.start();
        prefixed.start();
        other = FakeStreamlit.start()
                .otherwise(exchange -> exchange.reply(
                        "200 OK",
                        "<html><head><title>Welcome to the wiki</title></head></html>",
                        "content-type: text/html"));
        gateway = gatewayBefore(first.port(), Map.of());
        narrow = gatewayBefore(first.port(), Map.of("max-message-size", "1M"));
        certificate = TestCertificate.in(folder, "sound", "EC");
        TestCertificate.in(folder, "expired", "EC", "-40d", 30);
        fronts = new FrontEnds(folder);
        fronts.name("streamlit", first.port());
        fronts.name("second", second.port());
        fronts.name("prefixed", prefixed.port());
        fronts.name("gateway", gateway.uri().getPort());
        fronts.name("narrow", narrow.uri().getPort());
        fronts.name("other", other.port());
        fronts.nginx(NGINX.replace("UPGRADE", UPGRADE).replace("HOST", HOST).replace("FOLDER", folder.toString()));
        fronts.haProxy(HAPROXY);
        fronts.caddy(CADDY);
        appDown = gatewayBefore(fronts.port("nobody"), Map.of());
        fronts.name("gateway-app-down", appDown.uri().getPort());
    }

    private static RunningGateway gatewayBefore(int port, Map<String, String> more) throws IOException {
        Map<String, String> options = new HashMap<>(more);
        options.put("streamlit-host", "127.0.0.1");
        options.put("streamlit-port", Integer.toString(port));
        return new EmbeddedDeployment().start(options);
    }

    @AfterAll
    void stop() throws IOException {
        fronts.close();
        gateway.close();
        narrow.close();
        appDown.close();
        other.close();
        first.close();
        second.close();
        prefixed.close();
    }

    /** Examines a front end under a name that, unlike localhost, Streamlit's Origin check does not accept by itself. */
    private Diagnosis examine(String front, String path, String... more) {
        int port = fronts.port(front);
        String[] arguments = {
            "http://app.example.com:" + port + path, "--connect-to", "127.0.0.1:" + port, "--timeout", "8s"
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Diagnosis.of(all);
    }

    private Diagnosis quick(String front) {
        return examine(front, "/", "--quick");
    }

    // Sound front ends

    @Test
    void soundNginxGivesNoAlarm() {
        examine("sound", "/", "--idle", "3s").isSound();
    }

    @Test
    void soundHaProxyGivesNoAlarm() {
        examine("haproxy-sound", "/", "--idle", "3s").isSound();
    }

    @Test
    void soundCaddyGivesNoAlarm() {
        examine("caddy-sound", "/", "--idle", "3s").isSound();
    }

    @Test
    void gatewayGivesNoAlarm() {
        examine("gateway", "/", "--idle", "3s").isSound();
    }

    @Test
    void streamlitItselfIsSoundButForItsCompression() {
        examine("streamlit", "/", "--idle", "3s").isSound("assets");
    }

    @Test
    void soundTlsProxyBeforeGatewayUnderPathGivesNoAlarm() {
        Diagnosis diagnosis = Diagnosis.of(
                "https://localhost:" + fronts.port("sound-tls") + "/app/",
                "--ca",
                certificate.certificate().toString(),
                "--idle",
                "3s");

        diagnosis.isSound();
        assertTrue(diagnosis.out().contains("through nginx, streamlit-gateway"), diagnosis.out());
    }

    // WebSockets

    @Test
    void missingUpgradeIsNamed() {
        quick("no-upgrade")
                .names("websocket", "reached Streamlit without Upgrade", "nginx: ", "proxy_set_header Upgrade");
    }

    @Test
    void http10TowardsGatewayIsNamed() {
        quick("http-1-0").names("websocket", "nginx: ", "proxy_http_version 1.1");
    }

    @Test
    void missingUpgradeBeforeGatewayIsNamed() {
        quick("no-upgrade-gateway")
                .names("websocket", "reached the gateway without Upgrade", "nginx: ", "proxy_set_header Upgrade");
    }

    @Test
    void rewrittenHostIsNamed() {
        quick("host-rewritten").names("websocket", "Host is rewritten", "nginx: proxy_set_header Host $http_host");
    }

    @Test
    void rewrittenHostBeforeGatewayIsNamed() {
        quick("host-rewritten-gateway")
                .names("websocket", "Host is rewritten", "the gateway takes", "$http_host", "trusted-proxies");
    }

    @Test
    void rewrittenHostInCaddyIsNamed() {
        quick("caddy-host").names("websocket", "Host is rewritten", "Caddy: remove header_up Host");
    }

    @Test
    void droppedPortIsNamed() {
        quick("port-dropped").names("websocket", "without its port", "nginx: proxy_set_header Host $http_host");
    }

    @Test
    void firewallThatRefusesWebSocketsIsNamed() {
        quick("haproxy-firewall").names("websocket", "403 from HAProxy", "with and without Origin", "firewall rule");
    }

    @Test
    void missingSubprotocolIsNamed() {
        quick("caddy-no-subprotocol").names("subprotocol", "Caddy: remove header_up or header_down");
    }

    @Test
    void removedOriginIsNamed() {
        examine("origin-removed", "/", "--idle", "100ms")
                .names("origin", "Origin is removed on the way", "nginx: remove proxy_set_header Origin");
    }

    @Test
    void smallMessageLimitIsNamed() {
        quick("narrow").names("message-size", "1009", "max-message-size");
    }

    @Test
    void idleLimitOfNginxIsNamed() {
        examine("idle-limit", "/", "--idle", "6s")
                .names("idle", "cut without a close frame after ", "nginx: proxy_read_timeout");
    }

    @Test
    void idleLimitOfHaProxyIsNamed() {
        examine("haproxy-short-tunnel", "/", "--idle", "6s")
                .names("idle", "cut without a close frame after ", "timeout tunnel");
    }

    // Uploads and sessions

    @Test
    void bodyLimitIsNamed() {
        quick("body-limit").names("upload", "413 from nginx", "0.9 MB passes", "nginx: client_max_body_size");
    }

    @Test
    void refusedMethodIsNamed() {
        quick("no-put").names("upload", "403 from nginx", "PUT is refused", "nginx: remove limit_except");
    }

    @Test
    void balancerWithoutAffinityIsNamed() {
        quick("not-sticky").names("sticky", "of 3 reconnects", "nginx: ip_hash");
    }

    @Test
    void cookieThatBrowsersDoNotSendIsNamed() {
        quick("cookie-path")
                .names("cookies", "a browser does not send _streamlit_xsrf back", "nginx: remove proxy_cookie_path");
    }

    // Paths, pages, headers

    @Test
    void prefixStrippedWronglyIsNamed() {
        examine("stripped-wrongly", "/app/", "--quick")
                .names("health", "400 from", "/app/ is stripped wrongly", "nginx: location /app/ { proxy_pass");
    }

    @Test
    void prefixNotStrippedIsNamed() {
        examine("not-stripped", "/app/", "--quick")
                .names("health", "404 from", "/app/ is not stripped", "nginx: location");
    }

    @Test
    void prefixStrippedAlthoughStreamlitExpectsItIsNamed() {
        examine("stripped-twice", "/app/", "--quick")
                .names("health", "is stripped on the way, but Streamlit expects it", "server.baseUrlPath");
    }

    @Test
    void redirectThatLosesThePrefixIsNamed() {
        examine("prefix-lost", "/app/", "--quick")
                .names("redirect", "the prefix /app/ is lost", "nginx: proxy_redirect");
    }

    @Test
    void redirectThatLosesHttpsIsNamed() {
        Diagnosis.of(
                        "https://localhost:" + fronts.port("https-lost") + "/app/",
                        "--ca",
                        certificate.certificate().toString(),
                        "--quick")
                .names("redirect", "https is lost", "nginx: proxy_set_header X-Forwarded-Proto $scheme");
    }

    @Test
    void smallHeaderBuffersAreNamed() {
        quick("small-headers").names("header-size", "400 from nginx", "nginx: large_client_header_buffers");
    }

    @Test
    void cacheIsNamed() {
        quick("caching").names("cache", "same _streamlit_xsrf token", "nginx: proxy_cache off");
    }

    @Test
    void pathsLeftOutAreNamed() {
        quick("only-some-paths").names("host-config", "404 from nginx", "not only some paths");
    }

    // Nothing there, or something else

    @Test
    void logInBeforeTheAppIsNamed() {
        quick("log-in").names("health", "302 from nginx to ", "/login", "a log-in", "--header");
    }

    @Test
    void appBehindALogInIsExaminedWithItsCookie() {
        examine("log-in", "/", "--quick", "--header", "Cookie: pass=1").isSound();
    }

    @Test
    void appThatIsDownIsNamed() {
        quick("app-down").names("health", "502 from nginx", "it cannot reach Streamlit", "start Streamlit");
    }

    @Test
    void appThatIsDownBehindHaProxyIsNamed() {
        quick("haproxy-app-down").names("health", "503 from HAProxy", "it cannot reach Streamlit");
    }

    @Test
    void appThatIsDownBehindGatewayIsNamed() {
        quick("gateway-app-down").names("health", "502 from the gateway", "the app does not", "streamlit-port");
    }

    @Test
    void frontEndThatIsDownIsNamed() {
        quick("nobody").names("tcp", "accepts no connection", "start the server");
    }

    @Test
    void unknownNameIsNamed() {
        Diagnosis.of("http://doctor.invalid/", "--quick").names("dns", "doctor.invalid has no address");
    }

    @Test
    void portOfSomethingElseIsNamed() {
        quick("other").names("health", "Welcome to the wiki", "something other than Streamlit");
    }

    @Test
    void httpAtAPortOfHttpsIsNamed() {
        quick("sound-tls").names("health", "400 from nginx", "https://");
    }

    @Test
    void expiredCertificateIsNamed() {
        Diagnosis.of("https://localhost:" + fronts.port("expired") + "/", "--quick")
                .names("tls", "it expired on");
    }

    @Test
    void certificateOfAnotherNameIsNamed() {
        String port = Integer.toString(fronts.port("sound-tls"));
        Diagnosis.of("https://app.example.com:" + port + "/app/", "--connect-to", "127.0.0.1:" + port, "--quick")
                .names("tls", "it is for localhost", "not for app.example.com", "self-signed");
    }

    // Output

    @Test
    void jsonHasTheSameFindings() throws IOException {
        Diagnosis diagnosis = examine("no-upgrade", "/", "--quick", "--json");

        Map<String, Object> json = JSON.std.mapFrom(diagnosis.out());
        Map<?, ?> target = (Map<?, ?>) ((List<?>) json.get("targets")).get(0);
        Map<?, ?> failed = ((List<?>) target.get("checks"))
                .stream()
                        .map(Map.class::cast)
                        .filter(check -> check.get("level").equals("fail"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(1, json.get("format"));
        assertEquals("fail", json.get("result"));
        assertEquals("front", target.get("place"));
        assertEquals("websocket", failed.get("check"));
        assertEquals("nginx", failed.get("hop"));
        assertEquals(1, diagnosis.exit());
    }
}
