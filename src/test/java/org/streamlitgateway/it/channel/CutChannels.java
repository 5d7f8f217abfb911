package org.streamlitgateway.it.channel;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;

/** Simulates a network that breaks a page's channels, and nothing else, for a while. */
final class CutChannels {
    private static final String ADDRESSES = "**/_gateway/channels/**";
    private static final String SCRIPT = """
            const Real = WebSocket;
            window.channelSockets = new Set();
            window.channelsAreCut = false;
            window.WebSocket = class extends Real {
              constructor(url, protocols) {
                const channel = String(url).includes("_gateway/channels/");
                super(channel && window.channelsAreCut ? "ws://127.0.0.1:1/" : url, protocols);
                if (channel) window.channelSockets.add(this);
              }
            };
            """;

    private final Page page;

    private CutChannels(Page page) {
        this.page = page;
    }

    /** Must be called before the page is opened. */
    static CutChannels of(Page page) {
        page.addInitScript(SCRIPT);
        return new CutChannels(page);
    }

    void cut() {
        page.route(ADDRESSES, Route::abort);
        page.evaluate("() => { window.channelsAreCut = true; window.channelSockets.forEach((s) => s.close()); }");
    }

    void restore() {
        page.unroute(ADDRESSES);
        page.evaluate("() => { window.channelsAreCut = false; }");
    }
}
