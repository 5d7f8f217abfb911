package org.streamlitgateway.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.streamlitgateway.command.Command;
import org.streamlitgateway.command.GatewayOptions;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.status.action.ActionName;
import org.streamlitgateway.status.action.ActionName.Parameter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code ctl ACTION …}: shows or changes a gateway that runs on this machine. */
public final class CtlCommand implements Command {
    private static final String PREFIX = "streamlit-gateway ctl: ";

    /** Wrong use of the command line. */
    private static final class UsageException extends Exception {
        UsageException(String message) {
            super(message);
        }
    }

    @Override
    public String name() {
        return "ctl";
    }

    @Override
    public String summary() {
        return "shows or changes a running gateway on this machine: drain, restart, stop, end, reload and others.";
    }

    @Override
    public int run(List<String> arguments, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(spec());
        try {
            ParseResult parsed = line.parseArgs(arguments.toArray(String[]::new));
            if (parsed.hasMatchedOption("--help")) {
                line.usage(out);
                return DONE;
            }
            String request = request(parsed);
            return ask(socket(parsed), request, out, err);
        } catch (ParameterException e) {
            err.println(PREFIX + GatewayOptions.explain(e) + " (see --help)");
            return BAD_USAGE;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println(PREFIX + problem));
            return BAD_USAGE;
        } catch (UsageException e) {
            err.println(PREFIX + e.getMessage() + " (see --help)");
            return BAD_USAGE;
        } catch (IOException e) {
            err.println(PREFIX + e.getMessage());
            return FAILED;
        }
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("java -jar streamlit-gateway.war ctl");
        List<String> footer =
                new ArrayList<>(List.of("", "Actions:", "  status [--json]: shows apps, replicas, sessions"));
        for (ActionName action : ActionName.values()) {
            footer.add("  " + usage(action) + ": " + action.effect());
        }
        footer.add("");
        footer.add("Exit codes: 0 if it was done, 1 if it was not possible, 2 if the usage is wrong.");
        spec.usageMessage()
                .description("Shows or changes a gateway that this user runs on this machine.")
                .synopsisHeading("Usage: ")
                .customSynopsis("java -jar streamlit-gateway.war ctl [--socket FILE] ACTION …")
                .sortOptions(false)
                .width(110)
                .footer(footer.toArray(String[]::new));
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("ACTION …")
                .index("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("What to do, and to what.")
                .build());
        spec.addOption(OptionSpec.builder("--socket")
                .paramLabel("FILE")
                .type(String.class)
                .description(
                        "Socket of the gateway. Default: the one of the configuration, or the only one in the state folder.")
                .build());
        spec.addOption(option("--message", "TEXT", "Text for the visitors of a stopped app."));
        spec.addOption(OptionSpec.builder("--keep-sessions")
                .description("Keep the open sessions of a stopped app.")
                .build());
        spec.addOption(OptionSpec.builder("--json")
                .description("Show the status as JSON.")
                .build());
        GatewayOptions.addTo(spec, false);
        spec.addOption(OptionSpec.builder("--help", "-h")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        return spec;
    }

    private static OptionSpec option(String name, String label, String description) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .type(String.class)
                .description(description)
                .build();
    }

    private static String usage(ActionName action) {
        String words = action.required().stream()
                .map(parameter -> " " + parameter.name())
                .collect(Collectors.joining());
        String optional =
                switch (action) {
                    case RESTART -> " [REPLICA]";
                    case STOP -> " [--message TEXT] [--keep-sessions]";
                    default -> "";
                };
        return action.key() + words + optional;
    }

    /** Returns the line for the gateway. */
    private static String request(ParseResult parsed) throws UsageException {
        List<String> words = parsed.matchedPositionalValue(0, List.of());
        if (words.isEmpty()) {
            throw new UsageException("an action is missing: status, " + ActionName.keys());
        }
        if (words.get(0).equals(CtlHandler.STATUS)) {
            expect(words.size() == 1, "status needs no more words");
            return CtlHandler.STATUS + (parsed.hasMatchedOption("--json") ? " " + CtlHandler.JSON : "");
        }
        ActionName action = ActionName.byKey(words.get(0))
                .orElseThrow(() -> new UsageException("there is no action " + Printable.of(words.get(0))
                        + "; there are status, " + ActionName.keys()));
        List<Parameter> parameters = new ArrayList<>(action.required());
        if (action == ActionName.RESTART) {
            parameters.add(Parameter.REPLICA);
        }
        int given = words.size() - 1;
        expect(given >= action.required().size() && given <= parameters.size(), "the action is: " + usage(action));
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < given; i++) {
            fields.add(field(parameters.get(i), words.get(i + 1)));
        }
        boolean stop = action == ActionName.STOP;
        expect(stop || !parsed.hasMatchedOption("--message"), "only stop has a --message");
        if (parsed.hasMatchedOption("--message")) {
            fields.add(field(Parameter.MESSAGE, parsed.matchedOptionValue("--message", "")));
        }
        if (parsed.hasMatchedOption("--keep-sessions")) {
            fields.add(field(Parameter.KEEP, "yes"));
        }
        return action.key() + " " + String.join("&", fields);
    }

    private static void expect(boolean condition, String problem) throws UsageException {
        if (!condition) {
            throw new UsageException(problem);
        }
    }

    private static String field(Parameter parameter, String value) {
        return parameter.key() + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static Path socket(ParseResult parsed) throws ConfigException, UsageException, IOException {
        if (parsed.hasMatchedOption("--socket")) {
            try {
                return Path.of(parsed.matchedOptionValue("--socket", ""));
            } catch (InvalidPathException e) {
                throw new UsageException("--socket is not a path: " + e.getReason());
            }
        }
        GatewayConfig config = GatewayOptions.settings(parsed, List.of()).read();
        Path configured = config.operators().ctlSocket().file();
        if (configured != null) {
            return configured;
        }
        List<Path> alive = CtlFolder.sockets(config.stateFolder()).stream()
                .filter(CtlCommand::accepts)
                .toList();
        if (alive.isEmpty()) {
            throw new IOException("no gateway of this user listens in " + config.stateFolder()
                    + "; if it has another user or state-folder, give its --socket");
        }
        if (alive.size() > 1) {
            throw new UsageException("several gateways run; choose one of --socket "
                    + alive.stream().map(Path::toString).collect(Collectors.joining(", ")));
        }
        return alive.get(0);
    }

    private static boolean accepts(Path socket) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int ask(Path socket, String request, PrintStream out, PrintStream err) throws IOException {
        byte[] answer;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                InputStream in = Channels.newInputStream(channel)) {
            ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            answer = in.readAllBytes();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("cannot reach a gateway at " + socket + ": " + FailureText.of(e), e);
        }
        String text = new String(answer, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String outcome = end < 0 ? "" : text.substring(0, end);
        if (!List.of(CtlHandler.OK, CtlHandler.FAILED).contains(outcome)) {
            throw new IOException("the gateway at " + socket + " gave no answer");
        }
        boolean done = outcome.equals(CtlHandler.OK);
        byte[] body = Arrays.copyOfRange(answer, end + 1, answer.length);
        if (done) {
            out.write(body, 0, body.length);
            out.flush();
            return DONE;
        }
        err.print(PREFIX + text.substring(end + 1));
        return FAILED;
    }
}
