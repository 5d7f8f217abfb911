package org.streamlitgateway.it.accesslog;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.streamlitgateway.fixture.Eventually;

/** An access log in a file, as it grows. */
record LogLines(Path file) {
    private static final Duration LONG = Duration.ofSeconds(60);

    List<String> text() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parses the lines; fails if one is no JSON object. */
    List<Map<String, Object>> json() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (String line : text()) {
            try {
                lines.add(JSON.std.mapFrom(line));
            } catch (IOException e) {
                throw new UncheckedIOException(line, e);
            }
        }
        return lines;
    }

    /** Waits for this number of lines, and returns them. */
    List<String> await(int count) {
        Eventually.until(() -> text().size() + " lines: " + text(), LONG, () -> text().size() >= count);
        return text();
    }

    /** Waits for a line, and returns the first one. */
    Map<String, Object> await(Predicate<Map<String, Object>> wanted) {
        Eventually.until(
                () -> String.join("\n", text()), LONG, () -> json().stream().anyMatch(wanted));
        return json().stream().filter(wanted).findFirst().orElseThrow();
    }

    /** Waits for the line of an event at a path that ends like this. */
    Map<String, Object> await(String event, String pathEnd) {
        return await(line -> event.equals(line.get("event.name")) && ((String) line.get("url.path")).endsWith(pathEnd));
    }
}
