package org.streamlitgateway.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes {@code target/matrix.md}: the number of passed tests for each suite and deployment. Results of earlier runs
 * in the same build directory stay in the table until they are replaced.
 */
public final class MatrixListener implements TestExecutionListener {
    private static final Path TARGET = Path.of(System.getProperty("project.build.directory", "target"));
    private static final Path SEEN = TARGET.resolve("matrix.tsv");
    private static final Pattern DEPLOYMENT =
            Pattern.compile("\\b((?:war|jetty|tomcat)-[\\d.]+(?:-\\d+)?(?:-bridge)?)\\b");

    private static final int COLUMNS = 4;

    private final List<String> rows = new ArrayList<>();
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String outcome =
                switch (result.getStatus()) {
                    case SUCCESSFUL -> "passed";
                    case ABORTED -> "skipped";
                    case FAILED -> "failed";
                };
        if (test.isTest() || outcome.equals("failed")) {
            record(test, outcome);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        record(test, "skipped");
    }

    /** Reads the deployment from the name of the class's invocation, and the suite from the class's name. */
    private void record(TestIdentifier test, String outcome) {
        String deployment = "";
        String suite = "";
        for (TestIdentifier at = test; at != null; at = plan.getParent(at).orElse(null)) {
            Matcher named = DEPLOYMENT.matcher(at.getDisplayName());
            deployment = deployment.isEmpty() && named.find() ? named.group(1) : deployment;
            suite = suite.isEmpty() ? suite(at) : suite;
        }
        if (!deployment.isEmpty() && suite.endsWith("IT")) {
            rows.add(String.join("\t", suite, deployment, run, outcome));
        }
    }

    private static String suite(TestIdentifier test) {
        return test.getSource()
                .map(source -> source instanceof ClassSource type
                        ? type.getJavaClass().getSimpleName()
                        : source instanceof MethodSource method
                                ? method.getJavaClass().getSimpleName()
                                : "")
                .orElse("");
    }

    @Override
    public void testPlanExecutionFinished(TestPlan finished) {
        if (rows.isEmpty()) {
            return;
        }
        try {
            Files.write(SEEN, rows, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Files.writeString(TARGET.resolve("matrix.md"), table(Files.readAllLines(SEEN)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String table(List<String> seen) {
        List<String[]> all = seen.stream()
                .map(line -> line.split("\t"))
                .filter(row -> row.length == COLUMNS) // the other fork may be writing this row
                .toList();
        Map<String, String> latest = new HashMap<>(); // keeps the last run of a suite on a deployment
        all.forEach(row -> latest.put(row[0] + row[1], row[2]));
        TreeSet<String> deployments = new TreeSet<>();
        Map<String, Map<String, int[]>> counts = new TreeMap<>();
        for (String[] row : all) {
            if (!row[2].equals(latest.get(row[0] + row[1]))) {
                continue;
            }
            deployments.add(row[1]);
            int[] count = counts.computeIfAbsent(row[0], suite -> new TreeMap<>())
                    .computeIfAbsent(row[1], deployment -> new int[2]);
            count[0] += row[3].equals("passed") ? 1 : 0;
            count[1] += row[3].equals("failed") ? 1 : 0;
        }
        StringBuilder table = new StringBuilder(
                "| | " + String.join(" | ", deployments) + " |\n|---" + "|---:".repeat(deployments.size()) + "|\n");
        counts.forEach((suite, byDeployment) -> {
            table.append("| ").append(words(suite));
            for (String deployment : deployments) {
                table.append(" | ").append(cell(byDeployment.get(deployment)));
            }
            table.append(" |\n");
        });
        return table.toString();
    }

    private static String cell(int[] passedAndFailed) {
        if (passedAndFailed == null) {
            return "";
        }
        return passedAndFailed[0] + (passedAndFailed[1] == 0 ? "" : ", **" + passedAndFailed[1] + " failed**");
    }

    /** Turns {@code WebSocketCloseIT} into "WebSocket close". */
    private static String words(String suite) {
        String[] words =
                suite.replaceFirst("IT$", "").replace("WebSocket", "Websocket").split("(?=[A-Z])");
        String text = (words[0] + " "
                        + String.join(" ", List.of(words).subList(1, words.length))
                                .toLowerCase(Locale.ROOT))
                .strip();
        return text.replace("Websocket", "WebSocket").replace("Http", "HTTP");
    }
}
