package org.streamlitgateway.doctor.check;

import java.util.regex.Pattern;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;

/** Finds out why {@code _stcore/health} is not answered with ok. */
final class HealthDiagnosis {
    private static final String WHY = "the page does not open, or waits for its server for ever";

    /** What nginx, Go's servers and Apache answer to plain HTTP at a port of TLS. */
    private static final Pattern TLS_PORT = Pattern.compile(
            "(?i)HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|speaking plain HTTP to");

    private final Examination at;

    HealthDiagnosis(Examination at) {
        this.at = at;
    }

    void explain(Response response) throws ProbeException {
        int status = response.status();
        if (response.isRedirect()) {
            redirect(response);
        } else if (status == 400 && TLS_PORT.matcher(response.text()).find()) {
            fail(
                    response,
                    ": the port speaks TLS",
                    "examine https://" + at.target().authority() + at.target().path());
        } else if (status == 401 || status == 403) {
            fail(
                    response,
                    "",
                    "if this is a log-in, give the doctor its cookie or header by --header; otherwise let "
                            + at.author(response) + " pass the app's paths");
        } else if (status == 421) {
            fail(response, "", "add the host name to allowed-hosts of the gateway, or pass Host on unchanged");
        } else if (status >= 500) {
            down(response);
        } else if (status == 404 || status == 400) {
            wrongPath(response);
        } else if (Hop.isStreamlitPage(response)) {
            wrongPath(response);
        } else {
            fail(
                    response,
                    " instead of ok: something other than Streamlit",
                    "check host and port: another program listens there, or the proxy sends the request elsewhere");
        }
    }

    private void fail(Response response, String suffix, String mend) {
        at.fail("health", at.author(response), at.describe(response) + suffix, WHY, mend);
    }

    private void redirect(Response response) {
        String location = response.header("location");
        boolean toHttps = !at.target().isHttps()
                && location.startsWith("https://" + at.target().host());
        fail(
                response,
                toHttps ? "" : ": a log-in, or another site, answers before Streamlit",
                toHttps
                        ? "examine the https address"
                        : "give the doctor the log-in's cookie by --header \"Cookie: …\"; if there is none, correct the"
                                + " redirect at " + at.author(response));
    }

    private void down(Response response) {
        Hop author = at.author(response);
        if (author == Hop.GATEWAY) {
            fail(
                    response,
                    ": the gateway runs, the app does not",
                    "start Streamlit; check streamlit-host and streamlit-port or the app's replicas; the gateway's log has"
                            + " the cause");
        } else if (author == Hop.STREAMLIT) {
            fail(response, ": Streamlit runs but is not ready", "see Streamlit's log");
        } else {
            String upstream = at.hasGateway() ? "the gateway" : "Streamlit";
            fail(
                    response,
                    ": it cannot reach " + upstream,
                    "start " + upstream + "; check the address that " + author + " passes requests to, and its log");
        }
    }

    /** Tries the paths that the usual mistakes lead to. */
    private void wrongPath(Response response) throws ProbeException {
        String path = at.target().path();
        if (path.equals("/")) {
            fail(
                    response,
                    ": Streamlit, or the gateway, does not serve this path",
                    "examine the app's own address, with the path of server.baseUrlPath or of the gateway's apps; or see"
                            + " why " + at.front() + " changes the path");
            return;
        }
        String parent = path.substring(0, path.lastIndexOf('/', path.length() - 2) + 1);
        boolean isBelow = HealthChecks.isOk(at.browser().get(parent + Examination.HEALTH));
        boolean doubled = HealthChecks.isOk(at.browser().get(path + path.substring(1) + Examination.HEALTH));
        Response page = at.browser().get(path + "doctor");
        String seen = at.describe(response) + ": "
                + (isBelow ? "an app answers at " + parent + ", not at " + path + "; " : "");
        String mend = (isBelow ? "examine " + parent + " if " + path + " is a page of that app; otherwise " : "")
                + at.mend(Mend.PREFIX);
        if (doubled) {
            at.fail(
                    "health",
                    at.front(),
                    seen + "the prefix " + path + " is stripped on the way, but Streamlit expects it"
                            + " (server.baseUrlPath)",
                    WHY,
                    mend);
        } else if (at.author(response) == Hop.GATEWAY) {
            at.fail(
                    "health",
                    at.front(),
                    seen + "the gateway is there, but has no app at the path that it receives",
                    WHY,
                    "compare " + path + " with context-path or apps of the gateway; if a proxy strips a prefix, have it"
                            + " send X-Forwarded-Prefix and name it in trusted-proxies");
        } else if (response.status() == 400) {
            at.fail(
                    "health",
                    at.front(),
                    seen + "the path arrives damaged, probably with // at its start: " + path + " is stripped wrongly",
                    WHY,
                    mend);
        } else if (Hop.isStreamlitPage(page) || Hop.author(response) == Hop.STREAMLIT || isStreamlit404(response)) {
            at.fail(
                    "health",
                    at.front(),
                    seen + "Streamlit is there, but receives a path that is not its own: " + path
                            + " is not stripped, and not its server.baseUrlPath",
                    WHY,
                    mend);
        } else {
            fail(response, ": nothing is served at " + path, "add the path at " + at.author(response));
        }
    }

    /** Streamlit's answer for a health path that it does not serve, also when a proxy hides the Server header. */
    private static boolean isStreamlit404(Response response) {
        return response.status() == 404 && response.text().trim().equals("Not Found");
    }
}
