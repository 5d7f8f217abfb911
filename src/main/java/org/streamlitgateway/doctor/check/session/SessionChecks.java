package org.streamlitgateway.doctor.check.session;

import java.time.Duration;
import org.streamlitgateway.doctor.check.Examination;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.hop.Mend;
import org.streamlitgateway.doctor.probe.WebSocket;
import org.streamlitgateway.doctor.probe.WebSocket.Event;
import org.streamlitgateway.doctor.probe.WebSocket.Kind;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.report.Examined.Place;
import org.streamlitgateway.doctor.session.AppSession;
import org.streamlitgateway.doctor.session.AppSession.Run;
import org.streamlitgateway.doctor.session.AppSession.Upload;

/** What happens in a session: the handshake, the first run, large messages, uploads, reconnects, silence. */
public final class SessionChecks {
    private static final int LARGE_MESSAGE = 5 << 20;

    /** A first run may import much, or call slow services. */
    private static final int RUN_FACTOR = 6;

    private static final int RECONNECTS = 3;

    /** Oldest version with what the gateway's channels need. */
    private static final int MINOR = 51;

    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final Examination at;

    public SessionChecks(Examination at) {
        this.at = at;
    }

    /** Runs the checks, and stops where a failure makes the next ones pointless. */
    public void run() {
        if (!new SocketChecks(at).run()) {
            at.skip("rerun", "version", "message-size", "upload", "sticky", "range", "idle");
            return;
        }
        String check = "rerun";
        try {
            Run run;
            try (AppSession session = open("")) {
                run = firstRun(session);
                if (run.session().isEmpty()) {
                    at.skip("message-size", "upload", "sticky", "range", "idle");
                    return;
                }
                version(run);
                check = "message-size";
                largeMessage(session);
                session.leave(GOODBYE);
            }
            check = "upload";
            if (at.plan().place() != Place.REPLICA) {
                inOneProcess(run);
                check = "idle";
                idle();
            }
        } catch (ProbeException e) {
            at.fail(check, e, "the session needs this answer");
        }
    }

    private AppSession open(String session) throws ProbeException {
        WebSocket.Answer answer =
                at.browser().dial(at.path(SocketChecks.STREAM), at.target().origin(), session);
        if (answer.socket() == null) {
            throw new ProbeException(
                    ProbeException.Kind.CLOSED, "another WebSocket was refused: " + at.describe(answer.response()));
        }
        return new AppSession(answer.socket());
    }

    private Run firstRun(AppSession session) throws ProbeException {
        Duration limit = at.timeout().multipliedBy(RUN_FACTOR);
        Run run = session.run(at.target().toString(), limit, at.timeout());
        String first = run.firstMillis() < 0 ? "no element, " : "first element after " + run.firstMillis() + " ms, ";
        String times = first + (run.finished() ? "finished" : "not finished") + " after " + run.millis() + " ms, "
                + (run.bytes() + 1023) / 1024 + " KB";
        boolean isSilent = run.last().kind() == Kind.QUIET;
        if (run.finished() && run.status() != 1 && !run.showsException()) {
            at.ok("rerun", times);
        } else if (run.finished()) {
            at.warn(
                    "rerun",
                    Hop.STREAMLIT,
                    run.status() == 1 ? "the script does not compile" : "the app shows an exception; " + times,
                    "visitors see an error",
                    "see Streamlit's log");
        } else if (isSilent && run.firstMillis() >= 0) {
            at.ok("rerun", times + ", as a script with a loop does");
        } else if (isSilent && run.bytes() > 0) {
            at.warn(
                    "rerun",
                    Hop.STREAMLIT,
                    "the script has run for " + limit.toSeconds() + " s and has shown nothing",
                    "visitors wait",
                    "see what the script waits for; --timeout waits longer");
        } else if (isSilent) {
            at.fail(
                    "rerun",
                    at.front(),
                    "the WebSocket is open, but no message came back within " + limit.toSeconds() + " s",
                    "the page stays blank",
                    "see whether " + at.front() + " buffers or inspects WebSockets, and Streamlit's log");
        } else {
            at.fail(
                    "rerun",
                    at.front(),
                    "the WebSocket was " + run.last().ending() + " after " + run.millis() + " ms",
                    "the page does not show the app",
                    "see the logs of " + at.front() + " and Streamlit; " + at.mend(Mend.IDLE));
        }
        return run;
    }

    private void version(Run run) {
        String seen =
                "Streamlit " + run.streamlit() + " on Python " + run.python().replaceFirst("\\.final\\.\\d+$", "");
        String[] parts = run.streamlit().split("\\.");
        boolean isOld = parts.length > 1
                && parts[0].equals("1")
                && parts[1].matches("\\d{1,3}")
                && Integer.parseInt(parts[1]) < MINOR;
        if (isOld) {
            at.warn(
                    "version",
                    Hop.STREAMLIT,
                    seen,
                    "channels need Streamlit 1." + MINOR + ", and the gateway is tested with later ones",
                    "pip install --upgrade streamlit");
        } else {
            at.ok("version", seen);
        }
    }

    private void largeMessage(AppSession session) throws ProbeException {
        Upload answer;
        try {
            answer = session.requestUpload(LARGE_MESSAGE, at.timeout().multipliedBy(RUN_FACTOR));
        } catch (ProbeException e) {
            tooLarge(e.getMessage());
            return;
        }
        if (!answer.path().isEmpty()) {
            at.ok("message-size", "5 MB upwards in " + answer.millis() + " ms");
        } else {
            tooLarge("the WebSocket was " + answer.last().ending());
        }
    }

    private void tooLarge(String seen) {
        at.fail(
                "message-size",
                at.front(),
                "a message of 5 MB to Streamlit does not arrive: " + seen,
                "widgets with much data, such as data editors and custom components, break the session",
                "raise the limit of WebSocket messages at " + at.front()
                        + "; the gateway's is max-message-size, Streamlit's server.maxWidgetStateSize");
    }

    /** Checks that requests and reconnects of one visitor reach the process that holds the session. */
    private void inOneProcess(Run run) throws ProbeException {
        UploadChecks uploads = new UploadChecks(at);
        Upload address;
        try (AppSession session = open("")) {
            address = session.requestUpload(0, at.timeout());
            if (address.path().isEmpty()) {
                at.skip("sticky", "upload");
                return;
            }
            uploads.small(address.path());
            session.leave(GOODBYE);
        }
        uploads.sticky(reconnects(address.session()), RECONNECTS);
        uploads.range(run.media());
        try (AppSession session = open("")) {
            String path = session.requestUpload(0, at.timeout()).path();
            if (path.isEmpty() || at.hasFailed("cookies")) { // without the cookie every upload is refused
                at.skip("upload");
            } else {
                uploads.large(path);
            }
            session.leave(GOODBYE);
        }
    }

    /** Returns how many reconnects found their session. */
    private int reconnects(String id) throws ProbeException {
        int kept = 0;
        for (int i = 0; i < RECONNECTS; i++) {
            try (AppSession session = open(id)) {
                kept += session.requestUpload(0, at.timeout()).session().equals(id) ? 1 : 0;
                session.leave(GOODBYE);
            }
        }
        return kept;
    }

    private void idle() throws ProbeException {
        if (at.plan().quick() || at.plan().idle().isZero()) {
            return;
        }
        Duration time = at.plan().idle();
        long start = System.nanoTime();
        try (AppSession session = open("")) {
            Event end = session.idle(time);
            long seconds = Math.round((System.nanoTime() - start) / 1e9);
            if (end.kind() == Kind.QUIET) {
                stayed(session, time);
                return;
            }
            boolean byStreamlit = end.kind() == Kind.CLOSED && end.code() == 1011;
            at.fail(
                    "idle",
                    at.front(),
                    "an idle WebSocket was " + end.ending() + " after " + seconds + " s",
                    "visitors who read without clicking lose the connection again and again"
                            + (byStreamlit ? "; pings do not come back through " + at.front() : ""),
                    at.mend(Mend.IDLE));
        }
    }

    private void stayed(AppSession session, Duration time) {
        String seen = "an idle WebSocket stays open for " + time.toSeconds() + " s, with " + session.pings() + " pings";
        boolean isLong = time.compareTo(Duration.ofSeconds(60)) >= 0;
        if (isLong && session.pings() == 0) {
            at.warn(
                    "idle",
                    at.front(),
                    seen,
                    "without pings, any time-out on the way cuts it sooner or later",
                    "do not set server.websocketPingInterval to 0; see whether " + at.front()
                            + " answers pings itself");
        } else {
            at.ok("idle", seen);
        }
    }
}
