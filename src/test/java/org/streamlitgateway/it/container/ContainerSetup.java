package org.streamlitgateway.it.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Settings of a container, its environment and its one application for a test. Not thread-safe. */
final class ContainerSetup {
    /** The only user of a guarded setup, and her credentials. */
    static final String USER = "ada";

    static final String PASSWORD = "lovelace";

    String host = "127.0.0.1";
    int port;
    String contextPath = "/";
    String clientTimeout = "60s";
    String logLevel = "INFO";
    boolean guarded;
    final Map<String, String> parameters = new LinkedHashMap<>();
    final Map<String, String> environment = new LinkedHashMap<>();
    final List<String> jvmArguments = new ArrayList<>();

    /** Additional connectors of Tomcat, as elements of its server.xml. */
    final List<String> connectors = new ArrayList<>();

    /**
     * Creates a setup from options by command-line name; options that concern the container configure the container.
     */
    static ContainerSetup of(Map<String, String> options) {
        ContainerSetup setup = new ContainerSetup();
        options.forEach(setup::option);
        return setup;
    }

    private void option(String name, String value) {
        switch (name) {
            case "proxy-host" -> host = value;
            case "proxy-port" -> port = Integer.parseInt(value);
            case "context-path" -> contextPath = value;
            case "client-timeout" -> clientTimeout = value;
            case "log-level" -> logLevel = value;
            default -> parameters.put(name, value);
        }
    }

    /** Deploys below this path, which has no trailing slash. */
    ContainerSetup at(String contextPath) {
        this.contextPath = contextPath;
        return this;
    }

    ContainerSetup parameter(String name, Object value) {
        parameters.put(name, value.toString());
        return this;
    }

    ContainerSetup variable(String name, Object value) {
        environment.put(name, value.toString());
        return this;
    }

    ContainerSetup jvm(String argument) {
        jvmArguments.add(argument);
        return this;
    }

    /** Requires {@link #USER} and her {@link #PASSWORD} for every path (HTTP Basic). */
    ContainerSetup guarded() {
        guarded = true;
        return this;
    }

    /** Returns the client timeout in milliseconds, the containers' unit. */
    long clientTimeoutMillis() {
        String digits = clientTimeout.replaceAll("\\D", "");
        return Long.parseLong(digits) * (clientTimeout.endsWith("ms") ? 1 : 1000);
    }

    /** Returns the level's name in java.util.logging. */
    String julLevel() {
        return switch (logLevel) {
            case "DEBUG" -> "FINE";
            case "TRACE" -> "FINEST";
            default -> "INFO";
        };
    }

    /** Returns the context path as a file name: {@code ROOT}, {@code tools#streamlit}. */
    String fileName() {
        return contextPath.equals("/") ? "ROOT" : contextPath.substring(1).replace('/', '#');
    }
}
