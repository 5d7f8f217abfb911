package org.streamlitgateway.doctor.report;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.streamlitgateway.doctor.report.Examined.Place;

/** All findings of one run. */
public final class Report {
    /** Version of the JSON; grows when a member is removed or changes its meaning. */
    private static final int FORMAT = 1;

    private final String gatewayVersion;
    private final List<Examined> examined;

    /** Creates a report; compares the findings at the places of the same app, to name the hop that causes a failure. */
    public Report(String gatewayVersion, List<Examined> examined) {
        this.gatewayVersion = gatewayVersion;
        this.examined = examined.stream()
                .map(one -> new Examined(
                        one.url(),
                        one.place(),
                        one.app(),
                        one.findings().stream()
                                .map(finding -> compared(finding, one, examined))
                                .toList(),
                        one.notRun()))
                .toList();
    }

    /** Adds whether the same check passes or fails one hop further in. */
    private static Finding compared(Finding finding, Examined at, List<Examined> all) {
        if (finding.level() == Level.OK || at.place() == Place.REPLICA) {
            return finding;
        }
        for (Place place : List.of(Place.GATEWAY, Place.REPLICA)) {
            if (place.compareTo(at.place()) <= 0) {
                continue;
            }
            List<Finding> further = all.stream()
                    .filter(other -> other.place() == place && other.app().equals(at.app()))
                    .map(other -> other.finding(finding.check()))
                    .flatMap(Optional::stream)
                    .toList();
            if (further.isEmpty()) {
                continue;
            }
            String name = place == Place.GATEWAY ? "the gateway itself" : "Streamlit itself";
            boolean fails = further.stream().anyMatch(other -> other.level() == finding.level());
            return finding.comparedBy(
                    fails ? "the same at " + name : name + " passes this check, so the cause is in front of it");
        }
        return finding;
    }

    private Level level() {
        return examined.stream().map(Examined::level).max(Level::compareTo).orElse(Level.OK);
    }

    /** Whether a check failed; warnings do not count. */
    public boolean hasFailure() {
        return level() == Level.FAIL;
    }

    /** Returns one line for each check, below one line for each address. */
    public String text() {
        List<String> lines = new ArrayList<>();
        int warnings = 0;
        int failures = 0;
        for (Examined one : examined) {
            lines.add(one.heading());
            for (Finding finding : one.findings()) {
                lines.add(finding.toString());
                warnings += finding.level() == Level.WARN ? 1 : 0;
                failures += finding.level() == Level.FAIL ? 1 : 0;
            }
            if (!one.notRun().isEmpty()) {
                lines.add("not run: " + String.join(", ", one.notRun()));
            }
        }
        lines.add(failures == 0 && warnings == 0 ? "all is well" : failures + " FAIL, " + warnings + " warn");
        return String.join("\n", lines) + "\n";
    }

    /** Returns the same as one JSON object. */
    public String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("gatewayVersion", gatewayVersion);
        json.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        json.put("result", level().name().toLowerCase(Locale.ROOT));
        json.put("targets", examined.stream().map(Examined::json).toList());
        try {
            return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(json) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
