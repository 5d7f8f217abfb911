package org.streamlitgateway.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.report.Examined;
import org.streamlitgateway.doctor.report.Examined.Place;
import org.streamlitgateway.doctor.report.Finding;
import org.streamlitgateway.doctor.report.Level;

/** Compares the replicas of an app with each other. */
final class ReplicaComparison {
    private ReplicaComparison() {}

    /** Returns the findings about two or more replicas of one app. */
    static Examined compare(String app, List<Examined> replicas) {
        List<Finding> findings = new ArrayList<>();
        Set<String> versions = replicas.stream()
                .flatMap(replica -> replica.findings().stream())
                .filter(finding -> finding.check().equals("version"))
                .map(Finding::seen)
                .collect(Collectors.toSet());
        if (versions.size() > 1) {
            findings.add(new Finding(
                    Level.WARN,
                    "versions",
                    Hop.STREAMLIT.toString(),
                    "the replicas differ: " + String.join("; ", versions),
                    "a page reloads itself whenever it reaches another version",
                    "install the same version for all replicas, unless an upgrade is under way"));
        } else if (!versions.isEmpty()) {
            findings.add(Finding.ok(
                    "versions", "all replicas have " + versions.iterator().next()));
        }
        findings.add(Finding.ok(
                "cookie-secret",
                "cannot be seen from outside; if the app uses st.login, all replicas need the same"
                        + " server.cookieSecret"));
        return new Examined(replicas.size() + " replicas", Place.REPLICA, app, findings, List.of());
    }
}
