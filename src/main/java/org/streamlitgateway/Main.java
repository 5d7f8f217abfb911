package org.streamlitgateway;

import java.io.IOException;
import java.io.PrintStream;
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

/** The command line. Exit code 0 after an orderly stop, 1 when the gateway cannot start, 2 on bad usage. */
public final class Main {
    private static final int FAILED = 1;
    private static final int BAD_USAGE = 2;
    private static final String FILE_VARIABLE = "STREAMLIT_GATEWAY_CONFIG_FILE";

    private Main() {}

    public static void main(String[] args) {
        int code = run(args, System.out, System.err);
        if (code >= 0) {
            Runtime.getRuntime().halt(flushed(code));
        }
    }

    /** The exit code, or -1 when the gateway was stopped by a signal and the JVM is ending already. */
    private static int run(String[] args, PrintStream out, PrintStream err) {
        int dashes = Arrays.asList(args).indexOf("--");
        List<String> own = Arrays.asList(args).subList(0, dashes < 0 ? args.length : dashes);
        List<String> forStreamlit = dashes < 0 ? List.of() : Arrays.asList(args).subList(dashes + 1, args.length);
        CommandLine line = new CommandLine(spec());
        GatewayConfig config;
        ConfigWatcher reload;
        ConfigWatcher.Reader reader;
        try {
            ParseResult parsed = line.parseArgs(own.toArray(String[]::new));
            if (parsed.hasMatchedOption("--help")) {
                line.usage(out);
                return 0;
            }
            if (parsed.hasMatchedOption("--version")) {
                out.println("streamlit-gateway " + Version.TEXT);
                return 0;
            }
            Path file = file(parsed);
            reload = file == null ? null : ConfigWatcher.of(file);
            reader = () -> settings(values(parsed), forStreamlit, file).read();
            config = reader.read();
            if (parsed.hasMatchedOption("--check")) {
                out.print(check(settings(values(parsed), forStreamlit, file)));
                return 0;
            }
        } catch (ParameterException bad) {
            err.println("streamlit-gateway: " + explain(bad) + "; see --help");
            return BAD_USAGE;
        } catch (ConfigException bad) {
            bad.problems().forEach(problem -> err.println("streamlit-gateway: " + problem));
            return BAD_USAGE;
        } catch (RuntimeException | StackOverflowError unexpected) {
            err.println("streamlit-gateway: the configuration cannot be read: " + FailureText.of(unexpected));
            return BAD_USAGE;
        }
        ConsoleLog.configure(config.logLevel());
        return serve(StreamlitGateway.of(config), config, reload, reader, out, err);
    }

    private static Settings settings(Map<String, String> values, List<String> forStreamlit, Path file) {
        Settings settings = new Settings()
                .commandLine(values)
                .systemProperties(System::getProperty)
                .environment(System.getenv())
                .streamlitArguments(forStreamlit);
        return file == null ? settings : settings.file(file);
    }

    /** The configuration file that the flag or else the variable names; {@code null} when neither does. */
    private static Path file(ParseResult parsed) throws ConfigException {
        String named = parsed.matchedOptionValue("--config", System.getenv(FILE_VARIABLE));
        try {
            return named == null || named.isBlank() ? null : Path.of(named);
        } catch (InvalidPathException impossible) {
            throw new ConfigException(List.of(new Problem("--config", "is not a path: " + impossible.getReason())));
        }
    }

    private static String check(Settings settings) throws ConfigException {
        return settings.effective(settings.read());
    }

    private static int serve(
            StreamlitGateway gateway,
            GatewayConfig config,
            ConfigWatcher reload,
            ConfigWatcher.Reader reader,
            PrintStream out,
            PrintStream err) {
        if (reload != null) {
            reload.onHangup(); // before anybody can know that we are there: without it the signal ends the JVM
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
                        Runtime.getRuntime().halt(flushed(code)); // else the JVM says 143
                    }
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            SpareThreads.require();
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
                if (failure instanceof Error) { // before it is ready, somebody may wait for that thread for ever
                    err.println("streamlit-gateway: cannot start: " + FailureText.of(failure));
                    Runtime.getRuntime().halt(flushed(FAILED));
                }
            });
            gateway.start();
        } catch (IOException | RuntimeException | Error failure) {
            if (stopping.get()) {
                return -1; // a signal came first
            }
            failed.set(true);
            boolean told = failure instanceof IOException;
            err.println("streamlit-gateway: "
                    + (told ? Printable.of(failure.getMessage(), 1000) : "cannot start: " + FailureText.of(failure)));
            return FAILED;
        }
        Thread.setDefaultUncaughtExceptionHandler(null);
        String upstream =
                config.named() ? config.upstreams() : gateway.upstream().toString();
        out.println("streamlit-gateway " + Version.TEXT + " ready: " + gateway.uri() + " -> " + upstream);
        out.flush();
        IdleHeap.giveBack();
        if (reload != null) {
            reload.start(reader, next -> {
                gateway.take(next);
                ConsoleLog.configure(next.logLevel());
            });
        }
        try {
            stopped.await();
        } catch (InterruptedException asked) {
            gateway.close();
        }
        return -1;
    }

    private static int stop(StreamlitGateway gateway, PrintStream err) {
        try {
            gateway.close();
            return 0;
        } catch (RuntimeException failure) {
            err.println("streamlit-gateway: " + failure.getMessage());
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
                .description("A reverse proxy for Streamlit apps: HTTP and WebSocket, in one.")
                .synopsisHeading("Usage: ")
                .customSynopsis("java -jar streamlit-gateway.war [OPTIONS] [-- STREAMLIT-ARGUMENTS]")
                .sortOptions(false)
                .width(100)
                .footer(
                        "",
                        "A flag beats its variable. Times are 500ms, 20s, 5m or 1h; a number alone means seconds.",
                        "Exit codes: 0 after an orderly stop, 1 when the gateway cannot start, 2 on bad usage.");
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
                        "Configuration file (YAML, or properties) with these names and many apps; read again when it is"
                                + " edited or on SIGHUP. ",
                        "Variable: " + FILE_VARIABLE)
                .build());
        spec.addOption(OptionSpec.builder("--check")
                .description("Check the configuration, print all that holds, and exit: 0 when it is good, else 2.")
                .build());
        spec.addOption(OptionSpec.builder("--help", "-h")
                .usageHelp(true)
                .description("Show this text.")
                .build());
        spec.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .description("Show the version.")
                .build());
        return spec;
    }

    private static String description(Setting setting) {
        String otherwise = setting.defaultValue().isEmpty() ? "" : "Default: " + setting.defaultValue() + ". ";
        return otherwise + "Variable: " + setting.environmentVariable();
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

    private static String explain(ParameterException bad) {
        if (bad instanceof UnmatchedArgumentException unmatched) {
            String word = new ArrayList<>(unmatched.getUnmatched()).get(0);
            String name = word.indexOf('=') < 0 ? word : word.substring(0, word.indexOf('='));
            return word.startsWith("-") // its value may be a secret
                    ? "unknown option " + Printable.of(name) + Settings.suggestion(name)
                    : "unexpected argument " + Printable.of(Secrets.text(word)) + meant(word);
        }
        return Printable.of(bad.getMessage().lines().findFirst().orElse("bad usage"));
    }

    private static String meant(String word) {
        return word.endsWith(".py") ? ", did you mean --app " + Printable.of(word) + "?" : Settings.suggestion(word);
    }
}
