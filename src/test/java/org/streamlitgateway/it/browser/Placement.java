package org.streamlitgateway.it.browser;

import java.util.List;
import java.util.stream.Stream;
import org.streamlitgateway.it.Deployment;

/** A deployment, and the path at which the app is served behind it. */
public record Placement(Deployment deployment, String contextPath) {
    static final String DIRECT = "direct";

    /**
     * Returns each deployment named by the system property {@code deployments}, at the root and below a prefix (or at
     * the paths listed by the property {@code placements}). If none is named, only the first deployment: browser
     * suites are slow, and faster tests cover the differences between JDKs.
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

    /** Returns whether there is no gateway between the browser and Streamlit. */
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
