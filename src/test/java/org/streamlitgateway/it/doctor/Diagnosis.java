package org.streamlitgateway.it.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.streamlitgateway.doctor.DoctorCommand;

/** Result of one run of the doctor in this JVM. */
record Diagnosis(int exit, String out, String err) {
    static Diagnosis of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit;
        try (PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
                PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            exit = new DoctorCommand("test").run(List.of(arguments), outStream, errStream);
        }
        return new Diagnosis(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Returns the lines with this level. */
    List<String> lines(String level) {
        return out.lines().filter(line -> line.startsWith(level + "  ")).toList();
    }

    /** Asserts that one check alone failed, and that its line has these texts. */
    void names(String check, String... texts) {
        List<String> failed = lines("FAIL");
        assertEquals(1, failed.size(), out);
        assertTrue(failed.get(0).startsWith("FAIL  " + check + ": "), out);
        for (String text : texts) {
            assertTrue(failed.get(0).contains(text), () -> "no '" + text + "' in " + failed.get(0) + "\n" + out);
        }
        assertEquals(1, exit, out);
    }

    /** Asserts that nothing failed, and that only these checks warned. */
    void isSound(String... warnings) {
        assertEquals(List.of(), lines("FAIL"), out);
        assertEquals(
                List.of(warnings),
                lines("warn").stream()
                        .map(line -> line.substring("warn  ".length(), line.indexOf(':')))
                        .toList(),
                out);
        assertEquals(0, exit, out);
    }
}
