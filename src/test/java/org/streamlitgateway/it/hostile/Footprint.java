package org.streamlitgateway.it.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.streamlitgateway.fixture.ProcessProbe;

/** Resource use of a gateway's process. */
final class Footprint {
    private static final long MILLIS_PER_TICK = 10; // clock tick of /proc, the same on every Linux

    private final long pid;
    private final ProcessProbe probe;

    Footprint(long pid) {
        this.pid = pid;
        probe = new ProcessProbe(pid);
    }

    /** Returns the CPU time used so far, user and system. */
    long cpuMillis() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long residentMebibytes() {
        return probe.residentMebibytes();
    }

    long threads() {
        return probe.threads();
    }

    long descriptors() {
        return probe.descriptors();
    }

    /** Returns the bytes of live objects, after a full collection. */
    long heapBytes() {
        List<String> lines = jcmd("GC.class_histogram").lines().toList();
        String total = lines.stream()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no total in " + lines));
        return Long.parseLong(total.strip().split("\\s+")[2]);
    }

    private String jcmd(String command) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process process = new ProcessBuilder(tool, Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
