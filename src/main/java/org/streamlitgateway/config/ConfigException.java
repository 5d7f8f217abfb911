package org.streamlitgateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used; tells every problem at once, up to {@link #MOST_PROBLEMS}. */
public final class ConfigException extends Exception {
    /** More than anybody mends in one go; a file can hold a problem in each of its letters. */
    static final int MOST_PROBLEMS = 100;

    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(told(problems).stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = told(problems);
    }

    private static List<Problem> told(List<Problem> problems) {
        if (problems.size() <= MOST_PROBLEMS) {
            return List.copyOf(problems);
        }
        List<Problem> first = new ArrayList<>(problems.subList(0, MOST_PROBLEMS));
        first.add(new Problem("configuration", problems.size() - MOST_PROBLEMS + " more problems; mend these first"));
        return List.copyOf(first);
    }

    public List<Problem> problems() {
        return problems;
    }
}
