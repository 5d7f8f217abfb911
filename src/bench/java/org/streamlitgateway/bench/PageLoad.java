package org.streamlitgateway.bench;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures how long a real browser takes to show an app: connected, idle and rendered, with an empty cache and on
 * reload. Streamlit is idle before it has loaded the code that draws a chart, so the caller names the elements that
 * must be visible. Arguments: the number of runs, the CSS selectors of these elements (separated by semicolons), then
 * NAME=URL for each server. The servers take turns, so that other load on the machine affects all of them. {@code
 * page-load.sh} starts the servers and this program, on loopback and on a slow link.
 */
public final class PageLoad {
    private static final String IDLE =
            "[data-testid=stApp]" + "[data-test-connection-state=CONNECTED]" + "[data-test-script-state=notRunning]";
    private static final double TIMEOUT_MILLIS = 60_000;

    private PageLoad() {}

    /** Measurements of one server; times in milliseconds. */
    private record Figures(List<Double> first, List<Double> reload, List<Double> bytes, List<Double> requests) {
        Figures() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    public static void main(String[] args) {
        int runs = Integer.parseInt(args[0]);
        List<String> drawn = new ArrayList<>(List.of(IDLE));
        drawn.addAll(Arrays.asList(args[1].split(";")));
        Map<String, Figures> all = new LinkedHashMap<>();
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(Path.of("/usr/bin/chromium"))
                                .setArgs(List.of(
                                        "--no-sandbox",
                                        "--disable-quic",
                                        "--no-first-run",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--disable-sync")))) {
            for (int run = 0; run <= runs; run++) {
                for (String server : Arrays.copyOfRange(args, 2, args.length)) {
                    String[] nameAndUrl = server.split("=", 2);
                    Figures figures = all.computeIfAbsent(nameAndUrl[0], name -> new Figures());
                    load(
                            browser,
                            nameAndUrl[1],
                            drawn,
                            run == 0 ? new Figures() : figures); // the first run fills caches
                }
            }
        }
        System.out.printf("| %-22s | first load ms | reload ms | KB | requests | %s ÷ first |%n", "", first(all));
        System.out.println("|---|---|---|---|---|---|");
        double base = median(all.get(first(all)).first());
        all.forEach((name, figures) -> System.out.printf(
                Locale.ROOT,
                "| %-22s | %.0f (%s) | %.0f | %.0f | %.0f | %.2f |%n",
                name,
                median(figures.first()),
                spread(figures.first()),
                median(figures.reload()),
                median(figures.bytes()) / 1024,
                median(figures.requests()),
                base / median(figures.first())));
    }

    private static String first(Map<String, Figures> all) {
        return all.keySet().iterator().next();
    }

    private static void load(Browser browser, String url, List<String> drawn, Figures figures) {
        try (BrowserContext context = browser.newContext(new Browser.NewContextOptions().setIgnoreHTTPSErrors(true))) {
            Page page = context.newPage();
            page.setDefaultTimeout(TIMEOUT_MILLIS);
            CDPSession session = context.newCDPSession(page);
            session.send("Network.enable");
            double[] sums = new double[2];
            session.on("Network.loadingFinished", event -> {
                sums[0] += event.get("encodedDataLength").getAsDouble();
                sums[1]++;
            });
            long start = System.nanoTime();
            page.navigate(url);
            awaitAll(page, drawn);
            figures.first().add((System.nanoTime() - start) / 1e6);
            figures.bytes().add(sums[0]);
            figures.requests().add(sums[1]);
            start = System.nanoTime();
            page.reload();
            awaitAll(page, drawn);
            figures.reload().add((System.nanoTime() - start) / 1e6);
        }
    }

    private static void awaitAll(Page page, List<String> selectors) {
        for (String selector : selectors) {
            page.locator(selector).first().waitFor();
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    private static String spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(Locale.ROOT, "%.0f–%.0f", sorted.get(0), sorted.get(sorted.size() - 1));
    }
}
