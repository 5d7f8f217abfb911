package org.streamlitgateway.it.browser;

import java.util.List;
import java.util.stream.Stream;
import org.streamlitgateway.it.Deployment;

/** A deployment, and the path that the app is served at behind it. */
public record Placement(Deployment deployment, String contextPath) {
    static final String DIRECT = "direct";

    /**
     * Each deployment that the system property {@code deployments} names, at the root and under a prefix (or at the paths that the
     * property {@code placements} lists). When it names none: the
     * first deployment only, since a browser's suite is slow and what differs between JDKs is seen by faster tests.
     */
    public static Stream<Placement> all() {
        String deployments = System.getProperty("deployments", "");
        boolean chosen = !deployments.isBlank() && !deployments.startsWith("${");
        String placements = System.getProperty("placements", "");
        List<String> paths = List.of((placements.isBlank() ? "/,/ctx" : placements).split(","));
        return Deployment.all()
                .limit(chosen ? Long.MAX_VALUE : 1)
                .map(deployment -> deployment.name().equals(DIRECT) ? new PipeDeployment() : deployment)
                .flatMap(deployment -> paths.stream().map(path -> new Placement(deployment, path)));
    }

    /** Whether there is no gateway between the browser and Streamlit. */
    public boolean isDirect() {
        return deployment.name().equals(DIRECT);
    }

    String fileName() {
        return toString().replaceAll("[^A-Za-z0-9]+", "-").replaceAll("-$", "");
    }

    @Override
    public String toString() {
        return deployment.name() + " " + contextPath;
    }
}
