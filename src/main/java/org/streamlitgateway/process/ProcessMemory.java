package org.streamlitgateway.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Memory used by a process and its descendants, read from {@code /proc} on Linux. */
final class ProcessMemory {
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    private ProcessMemory() {}

    /** Checks whether this system reports the memory of processes. */
    static boolean isAvailable() {
        return resident(ProcessHandle.current()) > 0;
    }

    /** Returns resident bytes, 0 once the process has ended. Shared pages count once for each process. */
    static long bytes(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(ProcessMemory::resident)
                .sum();
    }

    private static long resident(ProcessHandle process) {
        try {
            Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
            return line.find() ? Long.parseLong(line.group(1)) * 1024 : 0;
        } catch (IOException e) { // the process has ended
            return 0;
        }
    }
}
