package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.it.browser.InstalledProgram;

/** Runs the Python module's own tests in {@code src/test/python}. */
class PythonModuleIT {
    @Test
    void unitTestsOfThePythonModulePass() throws Exception {
        Path python = InstalledProgram.STREAMLIT.path().resolveSibling("python");
        ProcessBuilder builder =
                new ProcessBuilder(python.toString(), "-B", "-m", "unittest", "discover", "-s", "src/test/python");
        builder.environment()
                .put("PYTHONPATH", Path.of("src/main/python").toAbsolutePath().toString());
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, process.waitFor(), output);
    }
}
