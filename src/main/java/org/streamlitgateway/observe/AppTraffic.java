package org.streamlitgateway.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamlitgateway.observe.history.LastHour;
import org.streamlitgateway.observe.metrics.AppMetrics;

/** What passes to and from one app. Thread-safe. */
final class AppTraffic {
    /** Pages whose names are kept; sessions on further ones are shown without a page. */
    private static final int MAX_PAGES = 200;

    final String name;
    final AppMetrics metrics;
    final LastHour lastHour = new LastHour();
    private final Map<String, String> pages = new ConcurrentHashMap<>();
    private final AtomicInteger sessions = new AtomicInteger();

    AppTraffic(String name, AppMetrics metrics) {
        this.name = name;
        this.metrics = metrics;
    }

    void sessionOpened() {
        lastHour.sessions(sessions.incrementAndGet());
    }

    void sessionClosed() {
        sessions.decrementAndGet();
    }

    /** Returns the number of open sessions, and notes it for the current minute. */
    int sessions() {
        int open = sessions.get();
        lastHour.sessions(open);
        return open;
    }

    void pageNamed(String hash, String path) {
        if (pages.size() < MAX_PAGES || pages.containsKey(hash)) {
            pages.put(hash, path);
        }
    }

    /** Returns the path of a page below the app, or {@code null}. */
    String page(String hash) {
        return pages.get(hash);
    }
}
