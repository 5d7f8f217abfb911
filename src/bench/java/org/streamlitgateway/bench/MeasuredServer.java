package org.streamlitgateway.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a separate process, and its resource use measured from outside. */
final class MeasuredServer implements AutoCloseable {
    private final Process process;

    private MeasuredServer(Process process) {
        this.process = process;
    }

    /** Starts the server and waits until it has printed a line that contains {@code ready}. */
    static MeasuredServer start(List<String> arguments, String ready) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx512m"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); ; line = lines.readLine()) {
            if (line == null) {
                throw new IOException("the server ended");
            }
            if (line.contains(ready)) {
                break;
            }
        }
        Thread rest = new Thread(() -> drain(lines), "output");
        rest.setDaemon(true);
        rest.start();
        return new MeasuredServer(process);
    }

    private static void drain(BufferedReader lines) {
        try {
            while (lines.readLine() != null) {
                // keeps the pipe empty, so that the server never blocks
            }
        } catch (IOException e) {
            // the server is being stopped
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    long cpuMillis() {
        return process.info().totalCpuDuration().orElseThrow().toMillis();
    }

    long memoryKib() throws IOException {
        Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB")
                .matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
        resident.find();
        return Long.parseLong(resident.group(1));
    }

    void collectGarbage() throws Exception {
        jcmd("GC.run");
        jcmd("GC.run");
    }

    long heapKib() throws Exception {
        Matcher used = Pattern.compile("used (\\d+)K").matcher(jcmd("GC.heap_info"));
        used.find();
        return Long.parseLong(used.group(1));
    }

    private String jcmd(String command) throws Exception {
        Process jcmd = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/jcmd", Long.toString(process.pid()), command)
                .redirectErrorStream(true)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return answer;
    }
}
