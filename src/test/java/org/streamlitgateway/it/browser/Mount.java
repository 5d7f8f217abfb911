package org.streamlitgateway.it.browser;

import java.util.List;
import java.util.stream.Stream;
import org.streamlitgateway.it.Door;

/** A door, and the path that the app is served at behind it. */
public record Mount(Door door, String contextPath) {
    static final String DIRECT = "direct";

    /**
     * Each door that the system property {@code doors} names, at the root and under a prefix (or at the paths that the
     * property {@code mounts} lists). When it names none: the
     * first door only, since a browser's suite is slow and what differs between JDKs is seen by faster tests.
     */
    public static Stream<Mount> all() {
        String doors = System.getProperty("doors", "");
        boolean chosen = !doors.isBlank() && !doors.startsWith("${");
        String mounts = System.getProperty("mounts", "");
        List<String> paths = List.of((mounts.isBlank() ? "/,/ctx" : mounts).split(","));
        return Door.all()
                .limit(chosen ? Long.MAX_VALUE : 1)
                .map(door -> door.name().equals(DIRECT) ? new PipeDoor() : door)
                .flatMap(door -> paths.stream().map(path -> new Mount(door, path)));
    }

    /** Whether there is no gateway between the browser and Streamlit. */
    public boolean isDirect() {
        return door.name().equals(DIRECT);
    }

    String fileName() {
        return toString().replaceAll("[^A-Za-z0-9]+", "-").replaceAll("-$", "");
    }

    @Override
    public String toString() {
        return door.name() + " " + contextPath;
    }
}
