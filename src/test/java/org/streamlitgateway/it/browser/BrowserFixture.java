package org.streamlitgateway.it.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;
import org.streamlitgateway.it.RunningGateway;

/**
 * Streamlit, the deployment in front of it, and a Chromium, for one test class; each test opens its own tabs. When a
 * test fails, the record of its tabs is saved before they are closed.
 */
public final class BrowserFixture implements AutoCloseable, AfterTestExecutionCallback, AfterEachCallback {
    private static final double ASSERTIONS_GIVE_UP_MILLIS = 60_000;

    private final App app;
    private final Map<String, String> gatewayOptions;
    private final Map<String, String> environment;
    private final List<Tab> tabs = new ArrayList<>();
    private final List<BrowserContext> visitors = new ArrayList<>();

    private Placement placement;
    private StreamlitProcess streamlit;
    private RunningGateway gateway;
    private Chromium chromium;
    private BrowserContext window;

    BrowserFixture(App app) {
        this(app, Map.of());
    }

    /** Creates a fixture with additional options of the gateway, by their long command-line names. */
    public BrowserFixture(App app, Map<String, String> gatewayOptions) {
        this(app, gatewayOptions, Map.of());
    }

    /** Creates a fixture that also adds variables to the app's environment. */
    public BrowserFixture(App app, Map<String, String> gatewayOptions, Map<String, String> environment) {
        this.app = app;
        this.gatewayOptions = gatewayOptions;
        this.environment = environment;
    }

    /** Starts everything, or nothing. */
    public void open(Placement placement) throws Exception {
        this.placement = placement;
        PlaywrightAssertions.setDefaultAssertionTimeout(ASSERTIONS_GIVE_UP_MILLIS);
        try {
            startStreamlit();
            startGateway();
            chromium = Chromium.launch();
            window = chromium.newWindow();
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private void startStreamlit() throws Exception {
        String prefix = placement.contextPath().equals("/") ? "/" : placement.contextPath() + "/";
        // no gateway strips the prefix in a direct deployment
        streamlit = new StreamlitProcess(app.path(), placement.isDirect() ? prefix : "/", environment);
        streamlit.start();
    }

    private void startGateway() throws IOException {
        Map<String, String> options = new LinkedHashMap<>(gatewayOptions);
        options.put("streamlit-host", "127.0.0.1");
        options.put("streamlit-port", String.valueOf(streamlit.port()));
        options.put("context-path", placement.contextPath());
        gateway = placement.deployment().start(options);
    }

    public StreamlitProcess streamlit() {
        return streamlit;
    }

    public RunningGateway gateway() {
        return gateway;
    }

    /** Returns the app's address for the browser; ends with a slash. */
    public URI uri() {
        return gateway.uri();
    }

    /** Opens a blank tab in the class's one browser window: its tabs share cookies and cache. */
    public Tab newTab() {
        return newTab(window, uri());
    }

    /** Opens a blank tab for a new visitor, who uses the app at this address. */
    public Tab newVisitor(URI app) {
        BrowserContext visitorWindow = chromium.newWindow();
        visitors.add(visitorWindow);
        return newTab(visitorWindow, app);
    }

    /** Opens a tab with the page at this path of the app, loaded and idle. */
    public Tab visit(String path) {
        return newTab().open(path);
    }

    private Tab newTab(BrowserContext window, URI app) {
        Tab tab = new Tab(window.newPage(), app);
        tabs.add(tab);
        return tab;
    }

    @Override
    public void afterTestExecution(ExtensionContext test) throws IOException {
        boolean failed = test.getExecutionException()
                .filter(thrown -> !(thrown instanceof TestAbortedException))
                .isPresent();
        if (failed) {
            Path directory = Artifacts.directory(test.getRequiredTestClass().getSimpleName()
                    + "-" + test.getRequiredTestMethod().getName()
                    + "-" + placement.fileName());
            for (int i = 0; i < tabs.size(); i++) {
                tabs.get(i).saveRecord(directory, "tab" + (i + 1));
            }
            Files.writeString(directory.resolve("streamlit.log"), streamlit.output());
            Files.writeString(directory.resolve("gateway.log"), gateway.log());
        }
    }

    @Override
    public void afterEach(ExtensionContext test) {
        tabs.forEach(tab -> tab.page().close());
        tabs.clear();
        visitors.forEach(BrowserContext::close);
        visitors.clear();
    }

    @Override
    public void close() {
        IllegalStateException failed = new IllegalStateException("not everything could be closed");
        for (AutoCloseable part : new AutoCloseable[] {chromium, gateway, streamlit}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                failed.addSuppressed(e);
            }
        }
        chromium = null;
        gateway = null;
        streamlit = null;
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }
}
