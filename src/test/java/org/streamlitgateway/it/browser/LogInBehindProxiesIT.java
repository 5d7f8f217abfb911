package org.streamlitgateway.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamlitgateway.fixture.IdentityProvider;
import org.streamlitgateway.fixture.TestCertificate;
import org.streamlitgateway.it.Deployment;
import org.streamlitgateway.it.RunningGateway;

/**
 * {@code st.login} through real proxies. Streamlit accepts its login cookie only if the Origin of the WebSocket equals
 * the origin of its {@code redirect_uri} character by character, and it compares Host with Origin.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(240)
class LogInBehindProxiesIT {
    private static final String PUBLIC = "https://app.test";

    @TempDir
    private static Path folder;

    private IdentityProvider provider;
    private TestCertificate certificate;
    private StreamlitProcess atRoot;
    private StreamlitProcess underPrefix;
    private RunningGateway rootGateway;
    private RunningGateway prefixGateway;

    @BeforeAll
    void start() throws Exception {
        provider = IdentityProvider.start();
        certificate = TestCertificate.in(folder, "app.test", "RSA");
        atRoot = streamlit("/");
        underPrefix = streamlit("/outer/");
        rootGateway = gateway(atRoot);
        prefixGateway = gateway(underPrefix);
    }

    @AfterAll
    void stop() {
        Stream.of(rootGateway, prefixGateway, atRoot, underPrefix, provider).forEach(LogInBehindProxiesIT::close);
    }

    private static void close(AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a Streamlit whose users return to this path after the login. */
    private StreamlitProcess streamlit(String path) throws Exception {
        Path secrets = Files.writeString(folder.resolve("secrets" + path.replace('/', '-') + ".toml"), """
                [auth]
                redirect_uri = "%s%soauth2callback"
                cookie_secret = "0123456789abcdef0123456789abcdef"
                client_id = "%s"
                client_secret = "client-secret"
                server_metadata_url = "%s/.well-known/openid-configuration"
                """.formatted(
                        PUBLIC, path, IdentityProvider.CLIENT, provider.issuer()));
        Path script = Path.of("src/test/streamlit/login.py");
        // Streamlit refuses any Host other than the public one
        Map<String, String> environment =
                Map.of("STREAMLIT_SECRETS_FILES", secrets.toString(), "STREAMLIT_SERVER_ALLOWED_HOSTS", "app.test");
        StreamlitProcess streamlit = new StreamlitProcess(script, "/", environment);
        streamlit.start();
        return streamlit;
    }

    private static RunningGateway gateway(StreamlitProcess streamlit) throws IOException {
        Deployment deployment = Deployment.all().findFirst().orElseThrow();
        return deployment.start(Map.of(
                "streamlit-host", "127.0.0.1",
                "streamlit-port", Integer.toString(streamlit.port()),
                "trusted-proxies", "127.0.0.1/32",
                "allowed-hosts", "app.test"));
    }

    static Stream<Arguments> proxies() {
        return Stream.of("nginx", "haproxy").flatMap(proxy -> Arrays.stream(FrontProxy.Forwarding.values())
                .map(forwarding -> Arguments.of(proxy, forwarding)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("proxies")
    void visitorLogsInAndOut(String kind, FrontProxy.Forwarding forwarding) throws Exception {
        boolean stripped = forwarding == FrontProxy.Forwarding.PREFIX_STRIPPED;
        int gateway = (stripped ? prefixGateway : rootGateway).uri().getPort();
        try (FrontProxy proxy = kind.equals("nginx")
                        ? FrontProxy.nginx(folder, certificate, gateway, forwarding)
                        : FrontProxy.haProxy(folder, certificate, gateway, forwarding);
                Chromium chromium =
                        Chromium.launch(List.of("--host-resolver-rules=MAP app.test:443 127.0.0.1:" + proxy.port()))) {
            Tab tab = chromium.newVisitor(URI.create(PUBLIC + forwarding.path()));
            Page page = tab.open("").page();
            assertThat(page.getByText("nobody")).isVisible();

            button(page, "Log in").click();

            assertThat(page.getByText(IdentityProvider.EMAIL + " from " + FrontProxy.CLIENT))
                    .isVisible();
            tab.open("");
            assertThat(page.getByText(IdentityProvider.EMAIL + " from " + FrontProxy.CLIENT))
                    .isVisible();
            button(page, "Leave").click();
            assertThat(page.getByText("nobody")).isVisible();
        }
    }

    private static com.microsoft.playwright.Locator button(Page page, String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }
}
