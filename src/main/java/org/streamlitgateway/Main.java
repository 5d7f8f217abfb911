package org.streamlitgateway;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.streamlitgateway.command.Command;
import org.streamlitgateway.command.GatewayOptions;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.ctl.CtlCommand;
import org.streamlitgateway.ctl.CtlServer;
import org.streamlitgateway.doctor.DoctorCommand;
import org.streamlitgateway.doctor.HealthcheckCommand;
import org.streamlitgateway.logging.ConsoleLog;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.reload.ConfigWatcher;
import org.streamlitgateway.version.Version;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line. Exits with 0 after an orderly stop, 1 if the gateway cannot start, 2 if the usage is wrong. */
public final class Main {
    private static final String LOG_MANAGER = "java.util.logging.manager";
    private static final int LISTEN_CHECK_MILLIS = 500;

    /** What else the program can do, by the first word of the command line. */
    private static final List<Command> COMMANDS =
            List.of(new DoctorCommand(Version.TEXT), new HealthcheckCommand(), new CtlCommand());

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty(LOG_MANAGER) == null) { // before the first use of a logger
            System.setProperty(LOG_MANAGER, "org.streamlitgateway.logging.LogsUntilExit");
        }
        int code = run(args, System.out, System.err);
        if (code >= 0) {
            Runtime.getRuntime().halt(flushed(code));
        }
    }

    /** Returns the exit code, or -1 if a signal has stopped the gateway and the JVM is exiting already. */
    private static int run(String[] args, PrintStream out, PrintStream err) {
        for (Command command : COMMANDS) {
            if (args.length > 0 && command.name().equals(args[0])) {
                return command.run(Arrays.asList(args).subList(1, args.length), out, err);
            }
        }
        int separator = Arrays.asList(args).indexOf("--");
        List<String> options = Arrays.asList(args).subList(0, separator < 0 ? args.length : separator);
        List<String> streamlitArguments =
                separator < 0 ? List.of() : Arrays.asList(args).subList(separator + 1, args.length);
        CommandLine line = new CommandLine(spec());
        GatewayConfig config;
        ConfigWatcher watcher;
        ConfigWatcher.Reader reader;
        try {
            ParseResult parsed = line.parseArgs(options.toArray(String[]::new));
            if (parsed.hasMatchedOption("--help")) {
                line.usage(out);
                return 0;
            }
            if (parsed.hasMatchedOption("--version")) {
                out.println("streamlit-gateway " + Version.TEXT);
                return 0;
            }
            Path file = GatewayOptions.file(parsed);
            watcher = file == null ? null : ConfigWatcher.of(file);
            reader = () -> GatewayOptions.settings(parsed, streamlitArguments).read();
            config = reader.read();
            if (parsed.hasMatchedOption("--check")) {
                out.print(check(GatewayOptions.settings(parsed, streamlitArguments)));
                return 0;
            }
        } catch (ParameterException e) {
            err.println("streamlit-gateway: " + GatewayOptions.explain(e) + " (see --help)");
            return Command.BAD_USAGE;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println("streamlit-gateway: " + problem));
            return Command.BAD_USAGE;
        } catch (RuntimeException | StackOverflowError e) {
            err.println("streamlit-gateway: the configuration cannot be read: " + FailureText.of(e));
            return Command.BAD_USAGE;
        }
        ConsoleLog.configure(config.logLevel());
        return serve(StreamlitGateway.of(config), config, watcher, reader, out, err);
    }

    private static String check(Settings settings) throws ConfigException {
        return settings.effective(settings.read());
    }

    private static int serve(
            StreamlitGateway gateway,
            GatewayConfig config,
            ConfigWatcher watcher,
            ConfigWatcher.Reader reader,
            PrintStream out,
            PrintStream err) {
        boolean logsToFile = config.operators().accessLog().file() != null;
        if (watcher != null || logsToFile) { // otherwise the gateway ends with its terminal
            HangupSignal.handle(() -> {
                gateway.reopenLogs();
                if (watcher != null) {
                    watcher.requestReload();
                }
            });
        }
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        AtomicBoolean stopping = new AtomicBoolean();
        AtomicReference<CtlServer> ctl = new AtomicReference<>();
        Thread hook = new Thread(
                () -> {
                    stopping.set(true);
                    int code = stop(gateway, err);
                    close(ctl.get());
                    stopped.countDown();
                    if (!failed.get()) {
                        Runtime.getRuntime().halt(flushed(code)); // otherwise the exit code would be 143
                    }
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            SpareThreads.require();
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
                if (failure instanceof Error) { // the start may wait forever for what this thread should have done
                    err.println("streamlit-gateway: cannot start: " + FailureText.of(failure));
                    Runtime.getRuntime().halt(flushed(Command.FAILED));
                }
            });
            gateway.start();
        } catch (IOException | RuntimeException | Error e) {
            if (stopping.get()) {
                return -1; // a signal interrupted the start
            }
            failed.set(true);
            boolean readable = e instanceof IOException;
            err.println("streamlit-gateway: "
                    + (readable ? Printable.of(e.getMessage(), 1000) : "cannot start: " + FailureText.of(e)));
            return Command.FAILED;
        }
        Thread.setDefaultUncaughtExceptionHandler(null);
        gateway.gateway().setHost(watcher, ConsoleLog::configure);
        ctl.set(CtlSocket.open(config, gateway.gateway(), gateway.uri().getPort()));
        String upstream =
                config.named() ? config.upstreams() : gateway.upstream().toString();
        out.println("streamlit-gateway " + Version.TEXT + " ready: " + gateway.uri() + " -> " + upstream
                + (config.named() || accepts(gateway.upstream()) ? "" : " (nothing listens there yet)"));
        out.flush();
        IdleHeap.enablePeriodicCollection();
        if (watcher != null) {
            watcher.start(reader, next -> {
                gateway.apply(next);
                ConsoleLog.configure(next.logLevel());
            });
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            gateway.close();
        }
        return -1;
    }

    /** Whether a TCP connection to the address can be made now. */
    private static boolean accepts(URI address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), LISTEN_CHECK_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int stop(StreamlitGateway gateway, PrintStream err) {
        try {
            gateway.close();
            return 0;
        } catch (RuntimeException e) {
            err.println("streamlit-gateway: " + e.getMessage());
            return Command.FAILED;
        }
    }

    private static void close(CtlServer ctl) {
        if (ctl != null) {
            ctl.close();
        }
    }

    private static int flushed(int code) {
        System.out.flush();
        System.err.flush();
        return code;
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("java -jar streamlit-gateway.war");
        spec.usageMessage()
                .description("A reverse proxy for Streamlit apps, with HTTP and WebSocket on one port.")
                .synopsisHeading("Usage: ")
                .customSynopsis(
                        "java -jar streamlit-gateway.war [OPTIONS] [-- STREAMLIT-ARGUMENTS]",
                        "       java -jar streamlit-gateway.war COMMAND [OPTIONS]")
                .sortOptions(false)
                .width(100)
                .footer(
                        "",
                        "An option takes precedence over its variable. TIME is 500ms, 20s, 5m or 1h; a number alone means seconds.",
                        "SIZE is 512K, 64M or 1G; a number alone means bytes.",
                        "Exit codes: 0 after an orderly stop, 1 if the gateway cannot start, 2 if the usage is wrong.",
                        "",
                        "Commands, each with --help:",
                        COMMANDS.stream()
                                .map(command -> "  " + command.name() + ": " + command.summary())
                                .collect(Collectors.joining("%n")));
        GatewayOptions.addTo(spec, true);
        spec.addOption(OptionSpec.builder("--check")
                .description("Check the configuration, print the effective one, and exit: 0 if it is valid, else 2.")
                .build());
        spec.addOption(OptionSpec.builder("--help", "-h")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        spec.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Show the version.")
                .build());
        return spec;
    }
}
