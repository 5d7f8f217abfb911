package org.streamlitgateway;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.Secrets;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.gateway.ConfigWatcher;
import org.streamlitgateway.logging.ConsoleLog;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. Exits with 0 after an orderly stop, 1 if the gateway cannot start, 2 if the usage is wrong. */
public final class Main {
    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;
    private static final int LISTEN_CHECK_MILLIS = 500;
    private static final String FILE_VARIABLE = "STREAMLIT_GATEWAY_CONFIG_FILE";

    private Main() {}

    public static void main(String[] args) {
        int code = run(args, System.out, System.err);
        if (code >= 0) {
            Runtime.getRuntime().halt(flushed(code));
        }
    }

    /** Returns the exit code, or -1 if a signal has stopped the gateway and the JVM is exiting already. */
    private static int run(String[] args, PrintStream out, PrintStream err) {
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
            Path file = file(parsed);
            watcher = file == null ? null : ConfigWatcher.of(file);
            reader = () -> settings(values(parsed), streamlitArguments, file).read();
            config = reader.read();
            if (parsed.hasMatchedOption("--check")) {
                out.print(check(settings(values(parsed), streamlitArguments, file)));
                return 0;
            }
        } catch (ParameterException e) {
            err.println("streamlit-gateway: " + explain(e) + " (see --help)");
            return BAD_USAGE;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println("streamlit-gateway: " + problem));
            return BAD_USAGE;
        } catch (RuntimeException | StackOverflowError e) {
            err.println("streamlit-gateway: the configuration cannot be read: " + FailureText.of(e));
            return BAD_USAGE;
        }
        ConsoleLog.configure(config.logLevel());
        return serve(StreamlitGateway.of(config), config, watcher, reader, out, err);
    }

    private static Settings settings(Map<String, String> values, List<String> streamlitArguments, Path file) {
        Settings settings = new Settings()
                .commandLine(values)
                .systemProperties(System::getProperty)
                .environment(System.getenv())
                .streamlitArguments(streamlitArguments);
        return file == null ? settings : settings.file(file);
    }

    /** Returns the configuration file named by the flag or else the variable; {@code null} without both. */
    private static Path file(ParseResult parsed) throws ConfigException {
        String named = parsed.matchedOptionValue("--config", System.getenv(FILE_VARIABLE));
        try {
            return named == null || named.isBlank() ? null : Path.of(named);
        } catch (InvalidPathException e) {
            throw new ConfigException(List.of(new Problem("--config", "is not a path: " + e.getReason())));
        }
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
        if (watcher != null) {
            watcher.reloadOnHangup(); // before the start is visible: without a handler, SIGHUP ends the JVM
        }
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        AtomicBoolean stopping = new AtomicBoolean();
        Thread hook = new Thread(
                () -> {
                    stopping.set(true);
                    int code = stop(gateway, err);
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
                    Runtime.getRuntime().halt(flushed(FAILED));
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
            return FAILED;
        }
        Thread.setDefaultUncaughtExceptionHandler(null);
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
            return FAILED;
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
                .customSynopsis("java -jar streamlit-gateway.war [OPTIONS] [-- STREAMLIT-ARGUMENTS]")
                .sortOptions(false)
                .width(100)
                .footer(
                        "",
                        "An option takes precedence over its variable. TIME is 500ms, 20s, 5m or 1h; a number alone means seconds.",
                        "SIZE is 512K, 64M or 1G; a number alone means bytes.",
                        "Exit codes: 0 after an orderly stop, 1 if the gateway cannot start, 2 if the usage is wrong.");
        for (Setting setting : Setting.values()) {
            spec.addOption(OptionSpec.builder("--" + setting.key())
                    .paramLabel(setting.form())
                    .type(setting == Setting.CHANNEL ? List.class : String.class)
                    .description(setting.help(), description(setting))
                    .build());
        }
        spec.addOption(OptionSpec.builder("--config")
                .paramLabel("FILE")
                .type(String.class)
                .description(
                        "Configuration file with these names, YAML (for several apps) or properties. Reloaded when it"
                                + " changes, or on SIGHUP.",
                        "Variable: " + FILE_VARIABLE)
                .build());
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

    private static String description(Setting setting) {
        String defaultText = setting.defaultValue().isEmpty() ? "" : "Default: " + setting.defaultValue() + ". ";
        return defaultText + "Variable: " + setting.environmentVariable();
    }

    private static Map<String, String> values(ParseResult parsed) {
        Map<String, String> values = new LinkedHashMap<>();
        for (Setting setting : Setting.values()) {
            if (parsed.hasMatchedOption("--" + setting.key())) {
                String name = "--" + setting.key();
                values.put(
                        setting.key(),
                        setting == Setting.CHANNEL
                                ? String.join("\n", parsed.matchedOptionValue(name, List.<String>of()))
                                : parsed.matchedOptionValue(name, ""));
            }
        }
        return values;
    }

    private static String explain(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String word = new ArrayList<>(unmatched.getUnmatched()).get(0);
            String name = word.indexOf('=') < 0 ? word : word.substring(0, word.indexOf('='));
            return word.startsWith("-") // the value is not shown: it may be a secret
                    ? "unknown option " + Printable.of(name) + Settings.suggestion(name)
                    : "unexpected argument " + Printable.of(Secrets.text(word)) + suggestion(word);
        }
        return Printable.of(e.getMessage().lines().findFirst().orElse("wrong usage"));
    }

    private static String suggestion(String word) {
        return word.endsWith(".py") ? ", did you mean --app " + Printable.of(word) + "?" : Settings.suggestion(word);
    }
}
