package org.streamlitgateway.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used; tells every problem at once. */
public final class ConfigException extends Exception {
    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
