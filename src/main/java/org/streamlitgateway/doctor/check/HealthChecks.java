package org.streamlitgateway.doctor.check;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.Browser;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.doctor.report.Examined.Place;
import org.streamlitgateway.outcome.Outcome;

/** The two requests by which Streamlit's page finds its server, and what their answers tell of the path. */
final class HealthChecks {
    private static final String HOST_CONFIG = "_stcore/host-config";
    private static final String LIVE = "_gateway/health/live";
    private static final String GATEWAY_COOKIE = "streamlit_gateway_replica=";
    private static final String XSRF = "_streamlit_xsrf=";
    private static final String WHY = "without it the page stays at “Connecting”";
    private static final Duration MAX_SKEW = Duration.ofSeconds(30);
    private static final int MAX_LEVELS = 8;
    private static final List<Outcome> STARTING = List.of(Outcome.STARTING, Outcome.RESTARTING);
    private static final int START_FACTOR = 6;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Examination at;

    /** The answer to the first request, which carried no cookie. */
    private Response first;

    HealthChecks(Examination at) {
        this.at = at;
    }

    /** Returns whether Streamlit answers at this path. */
    boolean run() {
        try {
            findGateway();
            first = started();
            at.learn(first);
            if (!isOk(first)) {
                new HealthDiagnosis(at).explain(first);
                return false;
            }
            at.ok("health", "ok in " + first.millis() + " ms" + way());
            return hostConfig();
        } catch (ProbeException e) {
            at.fail("health", e, WHY);
            return false;
        }
    }

    static boolean isOk(Response response) {
        return response.status() == 200 && response.text().trim().equals("ok");
    }

    /** Looks at the app's path and at every path above it, since a container may serve the gateway under any of them. */
    private void findGateway() throws ProbeException {
        Browser stranger = new Browser(at.target());
        String path = at.target().path();
        for (int i = 0; i < MAX_LEVELS && !path.isEmpty() && !at.hasGateway(); i++) {
            if (isOk(stranger.get(path + LIVE))) {
                at.foundGateway();
            }
            path = path.substring(0, path.lastIndexOf('/', path.length() - 2) + 1);
        }
    }

    /** Returns the answer of health; waits while the gateway starts the app. */
    private Response started() throws ProbeException {
        long end = System.nanoTime() + at.timeout().multipliedBy(START_FACTOR).toNanos();
        Response response = at.browser().get(at.path(Examination.HEALTH));
        while (isStarting(response) && System.nanoTime() < end) {
            at.browser().get(at.target().path(), "Accept: text/html"); // starts an app that waits for a visit
            LockSupport.parkNanos(PAUSE.toNanos());
            response = at.browser().get(at.path(Examination.HEALTH));
        }
        return response;
    }

    private static boolean isStarting(Response response) {
        return response.status() == 503 && STARTING.stream().map(Outcome::text).anyMatch(response.text()::contains);
    }

    /** Names the hops that have been seen. */
    private String way() {
        if (at.plan().place() != Place.FRONT) {
            return "";
        }
        String hops = Stream.of(
                        at.front() == Hop.UNKNOWN ? "" : at.front().toString(),
                        at.hasGateway() ? "streamlit-gateway" : "")
                .filter(hop -> !hop.isEmpty())
                .collect(Collectors.joining(", "));
        return hops.isEmpty() ? "" : ", through " + hops;
    }

    private boolean hostConfig() throws ProbeException {
        Response response = at.browser().get(at.path(HOST_CONFIG));
        if (response.isSuccess() && response.text().stripLeading().startsWith("{")) {
            at.ok("host-config", "JSON in " + response.millis() + " ms");
            return true;
        }
        at.fail(
                "host-config",
                at.author(response),
                at.describe(response) + " instead of JSON",
                WHY,
                "pass everything below " + at.target().path() + " to Streamlit, not only some paths");
        return false;
    }

    /** Runs the checks of what is worth knowing about a healthy app. */
    void details() {
        try {
            cookies();
            scheme();
            cache();
            clock();
            parent();
        } catch (ProbeException e) {
            at.fail("parent", e, "the server answers some requests only");
        }
    }

    private void cookies() {
        String xsrf = xsrf(first);
        if (xsrf.isEmpty()) {
            at.warn(
                    "cookies",
                    at.front(),
                    "no cookie _streamlit_xsrf in the answer of health",
                    "uploads and log-ins need it, unless server.enableXsrfProtection is off",
                    at.mend(Mend.COOKIE_PATH));
            return;
        }
        String rejection = at.browser().rejection(xsrf);
        if (rejection == null) {
            at.ok("cookies", "a browser keeps _streamlit_xsrf and sends it to the app");
            return;
        }
        at.fail(
                "cookies",
                at.front(),
                "a browser does not send _streamlit_xsrf back: " + rejection,
                "uploads get 403 and log-ins are lost",
                at.mend(Mend.COOKIE_PATH));
    }

    /** Returns the line that sets Streamlit's XSRF cookie, or an empty string. */
    private static String xsrf(Response response) {
        return response.headers("set-cookie").stream()
                .filter(line -> line.startsWith(XSRF))
                .findFirst()
                .orElse("");
    }

    /** The gateway marks its cookie Secure if it knows that the browser uses https. */
    private void scheme() {
        boolean isInsecure = first.headers("set-cookie").stream()
                .anyMatch(cookie -> cookie.startsWith(GATEWAY_COOKIE)
                        && !cookie.toLowerCase(Locale.ROOT).contains("; secure"));
        if (at.target().isHttps() && isInsecure) {
            at.warn(
                    "scheme",
                    at.front(),
                    "the gateway does not know that visitors use https: its cookie is not Secure",
                    "cookies may travel in clear, and st.login builds http addresses",
                    at.mend(Mend.SCHEME));
        }
    }

    /** Streamlit makes a new token for each visitor without a cookie. */
    private void cache() throws ProbeException {
        Response second = new Browser(at.target()).get(at.path(Examination.HEALTH));
        boolean isSame = !xsrf(first).isEmpty() && xsrf(first).equals(xsrf(second));
        boolean isOld = second.header("age").matches("[1-9]\\d*")
                || second.header("x-cache").toLowerCase(Locale.ROOT).startsWith("hit");
        if (!isSame && !isOld) {
            at.ok("cache", "health is answered afresh for each request");
            return;
        }
        at.fail(
                "cache",
                at.front(),
                isSame ? "two visitors got the same _streamlit_xsrf token" : "health came from a cache",
                "visitors share tokens, and the page takes an app for alive that is not",
                at.mend(Mend.CACHE));
    }

    private void clock() {
        Instant now = Instant.now();
        Instant date;
        try {
            date = ZonedDateTime.parse(first.header("date"), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            at.ok("clock", "not known, since the answer has no Date");
            return;
        }
        Duration skew = Duration.between(now, date);
        if (skew.abs().compareTo(MAX_SKEW) <= 0) {
            at.ok("clock", "the server's clock agrees with this one");
            return;
        }
        at.warn(
                "clock",
                at.front(),
                "the server's clock is " + skew.abs().toSeconds() + " s " + (skew.isNegative() ? "behind" : "ahead of")
                        + " this one",
                "log-ins and certificates depend on the time",
                "run NTP on both machines");
    }

    /** The page also asks one level above its own path, and then stays there. */
    private void parent() throws ProbeException {
        String path = at.target().path();
        if (path.equals("/")) {
            return;
        }
        String parent = path.substring(0, path.lastIndexOf('/', path.length() - 2) + 1);
        Response health = at.browser().get(parent + Examination.HEALTH);
        boolean answers = isOk(health) && at.browser().get(parent + HOST_CONFIG).isSuccess();
        if (!answers) {
            at.ok("parent", "no other app answers at " + parent);
            return;
        }
        at.warn(
                "parent",
                at.author(health),
                "an app answers at " + parent + Examination.HEALTH + ", too",
                "when the app at " + path + " is down, its page attaches to the app above it",
                "serve the app above at a path of its own, or answer 404 there for _stcore/health and"
                        + " _stcore/host-config");
    }
}
