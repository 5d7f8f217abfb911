package org.streamlitgateway.doctor.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private static final int MAX_QUOTE = 80;

    private final Browser browser;
    private final Plan plan;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();
    private Hop front = Hop.UNKNOWN;
    private boolean hasGateway;

    public Examination(Target target, Plan plan) {
        browser = new Browser(target);
        this.plan = plan;
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

    /** Returns the proxy in front, as far as it names itself. */
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
        return mend.at(front).replace("/PREFIX/", target().path());
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
                + (location.isEmpty() ? "" : " to " + Printable.of(location, 200))
                + quote(response);
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
