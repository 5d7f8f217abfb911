package org.streamlitgateway.doctor.check;

import org.streamlitgateway.doctor.report.Examined.Place;

/** The checks that need no WebSocket. */
public final class HttpChecks {
    private HttpChecks() {}

    /** Runs the checks; returns whether Streamlit answers. */
    public static boolean run(Examination examination) {
        HealthChecks health = new HealthChecks(examination);
        if (!new ConnectionChecks(examination).run() || !health.run()) {
            return false;
        }
        if (examination.plan().place() != Place.REPLICA) {
            health.details();
            new PageChecks(examination).run();
            new ChannelChecks(examination).run();
        }
        return true;
    }
}
