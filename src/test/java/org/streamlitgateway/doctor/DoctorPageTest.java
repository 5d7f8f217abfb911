package org.streamlitgateway.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page about the doctor describes each check, and no other. */
class DoctorPageTest {
    private static final Pattern NAME =
            Pattern.compile("(?:at\\.(?:ok|warn|fail)\\(|Finding\\.ok\\(|Level\\.WARN,)\\s*\"([a-z0-9-]+)\"");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z][a-z0-9-]+)`(?:, `([a-z0-9-]+)`)? \\| ");

    @Test
    void everyCheckIsDescribed() throws IOException {
        Set<String> checks = new TreeSet<>(Set.of("header-size"));
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java/org/streamlitgateway/doctor"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                NAME.matcher(Files.readString(source)).results().forEach(name -> checks.add(name.group(1)));
            }
        }
        Set<String> rows = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("src/docs/doctor.md")));
        while (row.find()) {
            rows.add(row.group(1));
            if (row.group(2) != null) {
                rows.add(row.group(2));
            }
        }
        assertEquals(checks, rows);
    }
}
