package org.streamlitgateway.doctor.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.streamlitgateway.outcome.FailureText;

/** Thread dump of another JVM, by the JDK's {@code jcmd}. */
final class ThreadDump {
    private static final int MAX_BYTES = 8 << 20;
    private static final long LIMIT_SECONDS = 15;

    private ThreadDump() {}

    /** Returns the dump, or one line that says why there is none. */
    static String of(long pid) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return "no thread dump: this Java has no jcmd; run the doctor with a JDK\n";
        }
        try {
            Process process = new ProcessBuilder(List.of(jcmd.toString(), Long.toString(pid), "Thread.print"))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            Thread limit = new Thread(() -> endLate(process), "jcmd-limit");
            limit.setDaemon(true);
            limit.start();
            try (InputStream in = process.getInputStream()) {
                return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return "no thread dump: " + FailureText.of(e) + "\n";
        }
    }

    private static void endLate(Process process) {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
