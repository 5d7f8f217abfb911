package org.streamlitgateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The configuration is not valid. Holds all problems, up to {@link #MAX_PROBLEMS}. */
public final class ConfigException extends Exception {
    /** Bounds the report: a file can contain a problem in each of its letters. */
    static final int MAX_PROBLEMS = 100;

    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(bounded(problems).stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = bounded(problems);
    }

    private static List<Problem> bounded(List<Problem> problems) {
        if (problems.size() <= MAX_PROBLEMS) {
            return List.copyOf(problems);
        }
        List<Problem> first = new ArrayList<>(problems.subList(0, MAX_PROBLEMS));
        int omitted = problems.size() - MAX_PROBLEMS;
        String more = omitted == 1 ? "1 more problem" : omitted + " more problems";
        first.add(new Problem("configuration", more + "; fix these first"));
        return List.copyOf(first);
    }

    public List<Problem> problems() {
        return problems;
    }
}
