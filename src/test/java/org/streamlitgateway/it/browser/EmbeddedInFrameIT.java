package org.streamlitgateway.it.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.LaunchedProcess;
import org.streamlitgateway.it.WarDeployment;

/** An app with three replicas in a frame of another site's page, in a browser that blocks third-party cookies. */
@Timeout(240)
class EmbeddedInFrameIT {
    private static final int VISITORS = 3;
    private static final int REQUESTS = 16;

    /** Page that sends sixteen requests, some of them uploads, and shows which replicas answered. */
    private static final String PAGE = """
            <!DOCTYPE html><title>app</title><body>%s<script>
            (async () => {
              const answers = [];
              for (let i = 0; i < 16; i++) {
                const upload = i %% 2 ? { method: "PUT", body: "x" } : {};
                const answer = await fetch((i %% 2 ? "_stcore/upload_file/none/" : "media/") + i, upload);
                answers.push(await answer.text());
              }
              window.answers = answers;
            })();
            </script>""";

    private final List<String> console = new ArrayList<>();

    @TempDir
    private Path folder;

    @Test
    void requestsOfFrameReachItsReplica() throws Exception {
        TestCertificate certificate = TestCertificate.in(folder, "apps.test", "RSA");
        List<FakeStreamlit> replicas = new ArrayList<>();
        for (String name : List.of("one", "two", "three")) {
            replicas.add(createReplica(name));
        }
        try (LaunchedProcess gateway = gateway(certificate, replicas)) {
            URI uri = WarDeployment.readyAddress(gateway);
            try (Chromium chromium = launch(uri)) {
                Set<String> replicasSeen = new TreeSet<>();
                int correct = 0;
                for (int visitor = 0; visitor < VISITORS; visitor++) {
                    Frame frame = embedded(chromium.newWindow(), "https://portal.test");
                    frame.waitForFunction("() => window.answers");
                    String assigned = (String) frame.evaluate("() => document.body.firstChild.textContent.trim()");
                    List<?> answers = (List<?>) frame.evaluate("() => window.answers");
                    correct += (int) answers.stream().filter(assigned::equals).count();
                    replicasSeen.add(assigned);
                }
                assertEquals(VISITORS * REQUESTS, correct, gateway::output);
                assertEquals(Set.of("one", "three", "two"), replicasSeen);
            }
        } finally {
            replicas.forEach(FakeStreamlit::close);
        }
    }

    @Test
    void unlistedOriginCannotEmbedApp() throws Exception {
        TestCertificate certificate = TestCertificate.in(folder, "apps.test", "RSA");
        try (FakeStreamlit replica = createReplica("one");
                LaunchedProcess gateway = gateway(certificate, List.of(replica))) {
            URI uri = WarDeployment.readyAddress(gateway);
            try (Chromium chromium = launch(uri)) {
                embedded(chromium.newWindow(), "https://evil.test");

                assertTrue(
                        console.toString().contains("frame-ancestors 'self' https://portal.test"), console::toString);
            }
        }
    }

    private static Chromium launch(URI gateway) throws IOException {
        return Chromium.launch(List.of(
                "--host-resolver-rules=MAP apps.test:443 127.0.0.1:" + gateway.getPort(),
                "--test-third-party-cookie-phaseout",
                "--disable-features=LocalNetworkAccessChecks")); // the gateway is on this machine, and the
        // portal does not exist
    }

    /** Opens the app in a frame of a page with this origin, which no server has. */
    private Frame embedded(BrowserContext window, String origin) {
        Page page = window.newPage();
        page.onConsoleMessage(message -> console.add(message.text()));
        page.route(
                origin + "/",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/html")
                        .setBody("<iframe name=app src='https://apps.test/a/'></iframe>")));
        page.navigate(origin + "/");
        return page.frame("app");
    }

    private LaunchedProcess gateway(TestCertificate certificate, List<FakeStreamlit> replicas) throws IOException {
        StringBuilder text = new StringBuilder("""
                proxy-host: 127.0.0.1
                proxy-port: 0
                tls-certificate: %s
                tls-key: %s
                embed-origins: https://portal.test
                allowed-hosts: apps.test
                health-timeout: 20s
                apps:
                  /a:
                    replicas:
                """.formatted(certificate.certificate(), certificate.key()));
        replicas.forEach(replica ->
                text.append("      - 127.0.0.1:").append(replica.port()).append('\n'));
        Path file = Files.writeString(folder.resolve("gateway.yaml"), text);
        return WarDeployment.installed().get(0).launch(List.of("--config", file.toString()), Map.of());
    }

    private static FakeStreamlit createReplica(String name) throws IOException {
        FakeStreamlit replica = FakeStreamlit.start();
        replica.on("/", exchange -> exchange.reply("200 OK", PAGE.formatted(name), "Content-Type: text/html"));
        for (int i = 0; i < REQUESTS; i++) {
            String target = (i % 2 == 1 ? "/_stcore/upload_file/none/" : "/media/") + i;
            replica.on(target, exchange -> exchange.reply("200 OK", name));
        }
        return replica;
    }
}
