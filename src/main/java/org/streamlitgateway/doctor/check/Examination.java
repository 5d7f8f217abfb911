package org.streamlitgateway.doctor.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.config.Secrets;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.Browser;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.ProbeException.Kind;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.doctor.report.Finding;
import org.streamlitgateway.doctor.report.Level;
import org.streamlitgateway.outcome.Printable;

/** What is known of one address so far. Used by one thread. */
public final class Examination {
    /** Path of Streamlit's health check below the app's path. */
    public static final String HEALTH = "_stcore/health";

    /** Name of the check whether a large header passes. */
    public static final String HEADER_SIZE = "header-size";

    /** Length of the cookie line that is tried: below the 8192 bytes that Streamlit accepts for a WebSocket. */
    public static final int LARGE_COOKIE = 7600;

    private static final int MAX_QUOTE = 80;
    private static final int MAX_ADDRESS = 200;

    private final Browser browser;
    private final Plan plan;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();
    private Hop front;
    private boolean hasGateway;

    public Examination(Target target, Plan plan) {
        browser = new Browser(target);
        this.plan = plan;
        front = switch (plan.place()) {
            case FRONT -> Hop.UNKNOWN;
            case GATEWAY -> Hop.GATEWAY;
            case REPLICA -> Hop.STREAMLIT;
        };
    }

    public Browser browser() {
        return browser;
    }

    public Target target() {
        return browser.target();
    }

    public Plan plan() {
        return plan;
    }

    public Duration timeout() {
        return target().timeout();
    }

    /** Returns the app's path followed by another one. */
    public String path(String below) {
        return target().path() + below;
    }

    public List<Finding> findings() {
        return findings;
    }

    public List<String> notRun() {
        return notRun;
    }

    /** Records checks that cannot be run. */
    public void skip(String... checks) {
        notRun.addAll(List.of(checks));
    }

    public void ok(String check, String seen) {
        findings.add(Finding.ok(check, seen));
    }

    public void warn(String check, Hop hop, String seen, String why, String mend) {
        findings.add(new Finding(Level.WARN, check, hop.toString(), seen, why, mend));
    }

    public void fail(String check, Hop hop, String seen, String why, String mend) {
        findings.add(new Finding(Level.FAIL, check, hop.toString(), seen, why, mend));
    }

    /** Whether this check has failed already. */
    public boolean hasFailed(String check) {
        return findings.stream()
                .anyMatch(finding ->
                        finding.level() == Level.FAIL && finding.check().equals(check));
    }

    /** Returns the proxy in front, as far as it names itself; at the other places, what is there. */
    public Hop front() {
        return front;
    }

    /** Learns from an answer which proxy is in front. */
    public void learn(Response response) {
        if (front == Hop.UNKNOWN) {
            front = Hop.front(response);
        }
    }

    public boolean hasGateway() {
        return hasGateway;
    }

    void foundGateway() {
        hasGateway = true;
    }

    /** Returns how to mend this at the proxy in front. */
    public String mend(Mend mend) {
        String path = target().path();
        return mend.at(front).replace("/PREFIX/", path).replace("/PREFIX", path.substring(0, path.length() - 1));
    }

    /** Returns the author of an answer; for one that hides its name, the proxy in front. */
    public Hop author(Response response) {
        Hop author = Hop.author(response);
        return author == Hop.UNKNOWN ? front : author;
    }

    /** Describes an answer: status, author, and what its body says. */
    public String describe(Response response) {
        String location = response.header("location");
        return response.status() + " from " + author(response)
                + (location.isEmpty() ? "" : " to " + shown(location))
                + quote(response);
    }

    /** Returns an address without its query, which may hold the state of a log-in. */
    public static String shown(String address) {
        return Printable.of(Secrets.text(address), MAX_ADDRESS);
    }

    private static String quote(Response response) {
        String text = response.text();
        int title = text.indexOf("<title>");
        int end = text.indexOf("</title>");
        String shown = title >= 0 && end > title
                ? text.substring(title + "<title>".length(), end)
                : response.isHtml() ? "" : text.strip().lines().findFirst().orElse("");
        return shown.isBlank() ? "" : " ('" + Printable.of(shown.strip(), MAX_QUOTE) + "')";
    }

    /** Adds a failure for an exchange without a valid answer. */
    public void fail(String check, ProbeException e, String why) {
        String mend =
                switch (e.kind()) {
                    case TIMEOUT -> "see the logs of " + front + " and of Streamlit at this time";
                    case CLOSED, NOT_HTTP ->
                        "look up what listens at this port; an http address at an https port, or the"
                                + " reverse, looks like this";
                    default -> "see whether the server is overloaded or restarting";
                };
        fail(check, front, e.getMessage(), why, mend);
    }

    /** Whether a failed exchange ended without an answer in time, or with a closed connection. */
    public static boolean isSilent(ProbeException e) {
        return e.kind() == Kind.TIMEOUT || e.kind() == Kind.CLOSED;
    }
}
