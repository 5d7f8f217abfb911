package org.streamlitgateway.doctor.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The findings at one address.
 *
 * @param url the address
 * @param place where the address is on the path from the browser to Streamlit
 * @param app path of the app in the configuration; empty without a configuration
 * @param findings the findings, in order
 * @param notRun names of the checks that could not be run because of a failure before them
 */
public record Examined(String url, Place place, String app, List<Finding> findings, List<String> notRun) {
    /** Place of an address on the path from the browser to Streamlit. */
    public enum Place {
        /** The address that visitors use. */
        FRONT("as visitors reach it"),
        /** The gateway itself. */
        GATEWAY("the gateway itself"),
        /** A Streamlit process. */
        REPLICA("Streamlit itself");

        private final String text;

        Place(String text) {
            this.text = text;
        }
    }

    Level level() {
        return findings.stream().map(Finding::level).max(Level::compareTo).orElse(Level.OK);
    }

    Optional<Finding> finding(String check) {
        return findings.stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst();
    }

    String heading() {
        return url + " (" + place.text + (app.isEmpty() ? "" : ", app " + app) + ")";
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("url", url);
        json.put("place", place.name().toLowerCase(Locale.ROOT));
        json.put("app", app);
        json.put("checks", findings.stream().map(Finding::json).toList());
        json.put("notRun", notRun);
        return json;
    }
}
