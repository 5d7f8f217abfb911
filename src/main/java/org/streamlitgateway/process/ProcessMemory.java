package org.streamlitgateway.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The memory of a process and all that it has started, as Linux tells it under {@code /proc}. */
final class ProcessMemory {
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    private ProcessMemory() {}

    /** Whether it can be told on this system. */
    static boolean isKnown() {
        return resident(ProcessHandle.current()) > 0;
    }

    /** Resident bytes; pages that they share count for each. Zero when it has ended. */
    static long bytes(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToLong(ProcessMemory::resident)
                .sum();
    }

    private static long resident(ProcessHandle process) {
        try {
            Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
            return line.find() ? Long.parseLong(line.group(1)) * 1024 : 0;
        } catch (IOException ended) {
            return 0;
        }
    }
}
