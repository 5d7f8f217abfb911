package org.streamlitgateway.it.container;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A container's machine and its one application, as a test wants them. Not thread-safe. */
final class ContainerSetup {
    /** The only user of a guarded site, and what a browser sends for her. */
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

    /** Further ones of Tomcat, as elements of its server.xml. */
    final List<String> connectors = new ArrayList<>();

    /** By the command line's names; those that are the container's business go to the container. */
    static ContainerSetup of(Map<String, String> options) {
        ContainerSetup site = new ContainerSetup();
        options.forEach(site::option);
        return site;
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

    /** Under this path, which has no slash at its end. */
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

    /** Every path asks for {@link #USER} and her {@link #PASSWORD} (HTTP Basic). */
    ContainerSetup guarded() {
        guarded = true;
        return this;
    }

    /** The container's way to write a client's longest silence. */
    long clientTimeoutMillis() {
        String digits = clientTimeout.replaceAll("\\D", "");
        return Long.parseLong(digits) * (clientTimeout.endsWith("ms") ? 1 : 1000);
    }

    /** The level's name in java.util.logging. */
    String julLevel() {
        return switch (logLevel) {
            case "DEBUG" -> "FINE";
            case "TRACE" -> "FINEST";
            default -> "INFO";
        };
    }

    /** The context path as a file's name: {@code ROOT}, {@code tools#streamlit}. */
    String fileName() {
        return contextPath.equals("/") ? "ROOT" : contextPath.substring(1).replace('/', '#');
    }
}
