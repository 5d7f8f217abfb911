package org.streamlitgateway.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OpenMetrics text made of the texts of several replicas: samples of one family are put together and get labels for app and
 * replica. Lines that are not samples of an allowed family are left out. Thread-safe.
 */
final class AppsMetricsText {
    private static final String NAME = "[a-zA-Z_][a-zA-Z0-9_]{0,100}";

    /** A sample: its name, labels without the braces, and value. Values of labels may contain escaped quotes. */
    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")"
            + "(?:\\{((?:" + NAME + "=\"(?:[^\"\\\\]|\\\\[\\\\n\"]){0,256}\",?){0,16})\\})?"
            + " (-?[0-9.eE+-]{1,32}|NaN|\\+Inf)(?: [0-9.eE+-]{1,32})?");

    private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|unknown)");

    /** Samples of one replica; further ones are left out, so that a replica cannot fill the memory. */
    private static final int MAX_SAMPLES = 2000;

    private static final String PREFIX = "streamlit_";

    private final Set<String> allowed;
    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, List<String>> samples = new TreeMap<>();

    AppsMetricsText(Set<String> allowed) {
        this.allowed = allowed;
    }

    synchronized void add(String app, String replica, String text) {
        int count = 0;
        for (String line : text.split("\n")) {
            Matcher type = TYPE.matcher(line);
            if (type.matches() && allowed.contains(type.group(1))) {
                types.putIfAbsent(type.group(1), type.group(2));
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            if (sample.matches() && count < MAX_SAMPLES) {
                String family = family(sample.group(1));
                if (allowed.contains(family)) {
                    count++;
                    samples.computeIfAbsent(family, name -> new ArrayList<>())
                            .add(PREFIX + sample.group(1) + "{app=\"" + escaped(app) + "\",replica=\""
                                    + escaped(replica) + "\"" + labels(sample.group(2)) + "} " + sample.group(3));
                }
            }
        }
    }

    private static String family(String sample) {
        return sample.endsWith("_total") ? sample.substring(0, sample.length() - "_total".length()) : sample;
    }

    private static String labels(String labels) {
        return labels == null || labels.isEmpty() ? "" : "," + labels.replaceFirst(",$", "");
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @Override
    public synchronized String toString() {
        StringBuilder out = new StringBuilder();
        samples.forEach((family, lines) -> {
            out.append("# TYPE ").append(PREFIX).append(family).append(' ');
            out.append(types.getOrDefault(family, "unknown")).append('\n');
            lines.stream().sorted().forEach(line -> out.append(line).append('\n'));
        });
        return out.append("# EOF\n").toString();
    }
}
