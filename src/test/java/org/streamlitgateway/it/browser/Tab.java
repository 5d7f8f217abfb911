package org.streamlitgateway.it.browser;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.WebSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** A browser tab with the app, and a record of its console, requests and WebSockets. */
public final class Tab {
    private static final double GIVE_UP_MILLIS = 60_000;

    private final Page page;
    private final URI base;
    private final List<String> console = new ArrayList<>();
    private final List<String> network = new ArrayList<>();
    private final List<String> requested = new ArrayList<>();
    private final List<WebSocket> sockets = new ArrayList<>();
    private final SortedSet<String> complaints = new TreeSet<>();

    Tab(Page page, URI base) {
        this.page = page;
        this.base = base;
        page.setDefaultTimeout(GIVE_UP_MILLIS);
        page.onConsoleMessage(this::onConsoleMessage);
        page.onPageError(error -> complain("uncaught " + error));
        page.onRequest(request -> requested.add(request.url()));
        page.onResponse(this::answered);
        page.onRequestFailed(this::failed);
        page.onWebSocket(this::upgraded);
    }

    public Page page() {
        return page;
    }

    /** Loads the page at this path of the app and waits until its script has run. */
    public Tab open(String path) {
        page.navigate(base.resolve(path).toString());
        settled();
        return this;
    }

    /** Waits until the app is connected and its script is idle. */
    public void settled() {
        page.locator("[data-testid=stApp]"
                        + "[data-test-connection-state=CONNECTED]"
                        + "[data-test-script-state=notRunning]")
                .waitFor();
    }

    /** Waits until this WebSocket is closed. */
    public void awaitDisconnect(WebSocket socket) {
        page.waitForCondition(socket::isClosed);
    }

    /** Waits until the page has another WebSocket than this one and is idle on it. */
    public void awaitReconnect(WebSocket lost) {
        page.waitForCondition(() -> latestSocket() != lost && !latestSocket().isClosed());
        settled();
    }

    public WebSocket latestSocket() {
        page.waitForCondition(() -> !sockets.isEmpty());
        return sockets.get(sockets.size() - 1);
    }

    /** Returns the address of each request so far, including WebSockets. */
    public List<String> requested() {
        return List.copyOf(requested);
    }

    /**
     * Returns console errors and warnings, uncaught exceptions, responses of 400 and above, and failed requests.
     * Addresses are relative to the app, so that two deployments of one app can be compared.
     */
    public SortedSet<String> complaints() {
        return new TreeSet<>(complaints);
    }

    void saveRecord(Path directory, String name) throws IOException {
        Files.write(directory.resolve(name + "-console.txt"), console);
        Files.write(directory.resolve(name + "-network.txt"), network);
        try {
            page.screenshot(new Page.ScreenshotOptions().setPath(directory.resolve(name + ".png")));
            Files.writeString(directory.resolve(name + ".html"), page.content());
        } catch (PlaywrightException e) {
            Files.writeString(directory.resolve(name + "-no-picture.txt"), e.toString());
        }
    }

    private void onConsoleMessage(ConsoleMessage message) {
        console.add(message.type() + " " + message.text() + " " + message.location());
        if (message.type().equals("error") || message.type().equals("warning")) {
            complain("console " + message.type() + " " + message.text());
        }
    }

    private void answered(Response response) {
        network.add(response.status() + " " + response.request().method() + " " + response.url());
        if (response.status() >= 400) {
            complain(response.status() + " " + response.url());
        }
    }

    private void failed(Request request) {
        network.add("failed " + request.failure() + " " + request.method() + " " + request.url());
        // leaving a page aborts its pending requests, and whether there are any is chance
        if (!request.failure().equals("net::ERR_ABORTED")) {
            complain("failed " + request.failure() + " " + request.url());
        }
    }

    private void upgraded(WebSocket socket) {
        sockets.add(socket);
        requested.add(socket.url());
        network.add("socket " + socket.url());
        socket.onSocketError(error -> network.add("socket error " + error));
        socket.onClose(closed -> network.add("socket closed"));
    }

    private void complain(String complaint) {
        String authority = base.getAuthority() + base.getPath();
        complaints.add(complaint.replace("http://" + authority, "<app>/").replace("ws://" + authority, "<app>/"));
    }
}
