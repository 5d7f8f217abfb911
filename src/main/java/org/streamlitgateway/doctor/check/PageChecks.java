package org.streamlitgateway.doctor.check;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;

/** The page, its scripts, redirects and large headers. */
final class PageChecks {
    private static final Pattern SCRIPT = Pattern.compile("src=\"\\./(static/js/[A-Za-z0-9._-]{1,100}\\.js)\"");

    private static final int ATTEMPTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final Examination at;

    PageChecks(Examination at) {
        this.at = at;
    }

    void run() {
        String check = "page";
        try {
            String script = page();
            check = "assets";
            assets(script);
            check = "redirect";
            redirect();
            check = Examination.HEADER_SIZE;
            largeHeader();
        } catch (ProbeException e) {
            at.fail(check, e, "the page needs this answer");
        }
    }

    /** Returns the path of the page's main script below the app's path; empty if it was not found. */
    private String page() throws ProbeException {
        Response response = at.browser().get(at.target().path(), "Accept: text/html");
        at.learn(response);
        if (response.status() == 200 && Hop.isStreamlitPage(response)) {
            at.ok("page", "Streamlit's page in " + response.millis() + " ms");
            Matcher script = SCRIPT.matcher(response.text());
            return script.find() ? script.group(1) : "";
        }
        boolean redirects = response.isRedirect();
        at.fail(
                "page",
                at.author(response),
                at.describe(response) + " instead of Streamlit's page",
                "visitors do not see the app",
                redirects
                        ? "if this is a log-in, give the doctor its cookie by --header \"Cookie: …\""
                        : "pass " + at.target().path() + " itself to Streamlit, not only what is below it");
        return "";
    }

    private void assets(String script) throws ProbeException {
        if (script.isEmpty()) {
            at.skip("assets");
            return;
        }
        Response response = script(script);
        // the gateway sends a script as it is, compresses it meanwhile, and sends it compressed from then on
        for (int i = 0; at.hasGateway() && i < ATTEMPTS && isPlain(response); i++) {
            LockSupport.parkNanos(PAUSE.toNanos());
            response = script(script);
        }
        boolean isScript =
                response.header("content-type").toLowerCase(Locale.ROOT).contains("javascript");
        if (response.status() != 200 || !isScript) {
            at.fail(
                    "assets",
                    at.author(response),
                    at.describe(response) + " for the script " + script,
                    "the page stays blank",
                    "pass everything below " + at.target().path() + " to Streamlit");
        } else if (response.header("content-encoding").isEmpty()) {
            at.warn(
                    "assets",
                    at.front(),
                    "scripts are not compressed (" + response.length() / 1024 + " KB for the first)",
                    "the first visit loads 2 MB instead of 0.5 MB",
                    at.mend(Mend.COMPRESSION));
        } else {
            at.ok("assets", "scripts are compressed (" + response.header("content-encoding") + ")");
        }
    }

    private Response script(String script) throws ProbeException {
        return at.browser().get(at.path(script), "Accept-Encoding: gzip, deflate, br");
    }

    private static boolean isPlain(Response response) {
        return response.status() == 200 && response.header("content-encoding").isEmpty();
    }

    /** Without its last slash, and with one too many: the server answers both with a redirect, or with the page. */
    private void redirect() throws ProbeException {
        String path = at.target().path();
        String bare = path.substring(0, path.length() - 1);
        boolean valid = bare.isEmpty() || isValidRedirect(bare);
        if (valid && isValidRedirect(path + "doctor-check/")) {
            at.ok("redirect", "redirects keep scheme, host and path");
        }
    }

    private boolean isValidRedirect(String path) throws ProbeException {
        Response response = at.browser().get(path + "?doctor=1", "Accept: text/html");
        if (!response.isRedirect()) {
            return true;
        }
        String location = response.header("location");
        URI to;
        try {
            to = at.target().uri().resolve(path).resolve(location);
        } catch (IllegalArgumentException e) {
            at.fail(
                    "redirect",
                    at.author(response),
                    at.describe(response),
                    "no browser can follow it",
                    at.mend(Mend.REDIRECT));
            return false;
        }
        if (at.target().isHttps() && "http".equals(to.getScheme())) {
            at.fail(
                    "redirect",
                    at.author(response),
                    path + " is redirected to " + Examination.shown(location) + ": https is lost",
                    "browsers refuse the page or send cookies in clear; Streamlit does not know that visitors use https",
                    at.mend(Mend.SCHEME));
            return false;
        }
        if (!at.target().uri().getRawAuthority().equals(to.getRawAuthority())) {
            at.fail(
                    "redirect",
                    at.author(response),
                    path + " is redirected to " + Examination.shown(location) + ": another host or port than "
                            + at.target().authority(),
                    "visitors end at an address that they cannot reach",
                    at.mend(Mend.HOST));
            return false;
        }
        if (!(to.getRawPath() + "/").startsWith(at.target().path())) {
            at.fail(
                    "redirect",
                    at.front(),
                    path + " is redirected to " + Examination.shown(location) + ": the prefix "
                            + at.target().path() + " is lost",
                    "visitors end outside the app",
                    at.mend(Mend.REDIRECT));
            return false;
        }
        return true;
    }

    /** Cookies of a log-in reach several kilobytes. */
    private void largeHeader() throws ProbeException {
        String cookie = at.browser().cookieOfLength(Examination.LARGE_COOKIE);
        String why = "visitors with large cookies, such as those of a log-in, cannot open the app";
        try {
            Response response = at.browser().get(at.path(Examination.HEALTH), cookie);
            if (HealthChecks.isOk(response)) {
                at.ok(Examination.HEADER_SIZE, "a cookie line of " + Examination.LARGE_COOKIE + " bytes passes");
            } else {
                Hop author = at.author(response);
                at.fail(
                        Examination.HEADER_SIZE,
                        author,
                        at.describe(response) + " for a cookie line of " + Examination.LARGE_COOKIE + " bytes",
                        why,
                        Mend.HEADER_SIZE.at(author));
            }
        } catch (ProbeException e) {
            if (!Examination.isSilent(e)) {
                throw e;
            }
            at.fail(
                    Examination.HEADER_SIZE,
                    at.front(),
                    e.getMessage() + ", for a cookie line of " + Examination.LARGE_COOKIE + " bytes",
                    why,
                    at.mend(Mend.HEADER_SIZE));
        }
    }
}
