package org.streamlitgateway.doctor;

import org.streamlitgateway.doctor.check.Examination;
import org.streamlitgateway.doctor.check.HttpChecks;
import org.streamlitgateway.doctor.check.Plan;
import org.streamlitgateway.doctor.check.session.SessionChecks;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.report.Examined;

/** Runs all checks at one address. */
final class Checks {
    private Checks() {}

    /** Runs the checks one after another, and stops where a failure makes the next ones pointless. */
    static Examined examine(Target target, Plan plan) {
        Examination examination = new Examination(target, plan);
        if (HttpChecks.run(examination)) {
            new SessionChecks(examination).run();
        } else {
            examination.skip("page", "assets", "redirect", "header-size", "websocket", "origin", "rerun", "version");
            examination.skip("message-size", "upload", "sticky", "range", "idle");
        }
        return new Examined(target.toString(), plan.place(), plan.app(), examination.findings(), examination.notRun());
    }
}
