package org.streamlitgateway.doctor;

import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import org.streamlitgateway.command.Command;
import org.streamlitgateway.command.GatewayOptions;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.value.Times;
import org.streamlitgateway.doctor.probe.Browser;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.outcome.Printable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code healthcheck [URL]}: asks a gateway whether it is ready, for probes that are commands. */
public final class HealthcheckCommand implements Command {
    private static final String READY = "_gateway/health/ready";
    private static final String DEFAULT_TIMEOUT = "3s";

    @Override
    public String name() {
        return "healthcheck";
    }

    @Override
    public String summary() {
        return "asks a gateway whether it is ready; for the health check of a container.";
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
            return check(target(parsed), out);
        } catch (ParameterException e) {
            err.println("streamlit-gateway healthcheck: " + GatewayOptions.explain(e) + " (see --help)");
            return BAD_USAGE;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println("streamlit-gateway healthcheck: " + problem));
            return BAD_USAGE;
        } catch (UsageException e) {
            err.println("streamlit-gateway healthcheck: " + e.getMessage());
            return BAD_USAGE;
        }
    }

    private static Target target(ParseResult parsed) throws ConfigException, UsageException {
        Duration timeout = Times.parse(parsed.matchedOptionValue("--timeout", DEFAULT_TIMEOUT))
                .filter(time -> !time.isZero())
                .orElseThrow(() -> new UsageException("--timeout is not a time such as 500ms or 3s"));
        if (parsed.hasMatchedPositional(0)) {
            try {
                URI address = Target.address(parsed.matchedPositionalValue(0, ""));
                boolean insecure = parsed.hasMatchedOption("--insecure");
                return new Target(address, null, List.of(), List.of(), insecure, timeout);
            } catch (URISyntaxException e) {
                throw new UsageException("the address " + Printable.of(e.getReason()));
            }
        }
        GatewayConfig config = GatewayOptions.settings(parsed, List.of()).read();
        Target own = new Addresses(config, timeout).gateway("");
        if (own == null) {
            throw new UsageException("proxy-port is 0, so the port is not known; give the gateway's address");
        }
        return own;
    }

    private static int check(Target target, PrintStream out) {
        try {
            Response response = new Browser(target).get(target.path() + READY);
            boolean ready = response.status() == 200 && response.text().trim().equals("ok");
            out.println(
                    ready
                            ? "ready"
                            : "not ready: " + target + READY + " answered " + response.status()
                                    + (response.isHtml()
                                            ? ""
                                            : " " + Printable.of(response.text().trim(), 80)));
            return ready ? DONE : FAILED;
        } catch (ProbeException e) {
            out.println("not ready: " + e.getMessage());
            return FAILED;
        }
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("java -jar streamlit-gateway.war healthcheck");
        spec.usageMessage()
                .description("Asks a gateway whether it is ready.")
                .synopsisHeading("Usage: ")
                .customSynopsis("java -jar streamlit-gateway.war healthcheck [URL] [OPTIONS]")
                .sortOptions(false)
                .width(100)
                .footer(
                        "",
                        "Without URL, asks the gateway that the same options, variables and file configure; all options of the"
                                + " gateway are accepted.",
                        "Exit codes: 0 if it is ready, 1 if not, 2 if the usage is wrong.");
        spec.addPositional(PositionalParamSpec.builder()
                .index("0")
                .arity("0..1")
                .paramLabel("URL")
                .type(String.class)
                .description("Address of the gateway.")
                .build());
        spec.addOption(OptionSpec.builder("--timeout")
                .paramLabel("TIME")
                .type(String.class)
                .description("Longest wait. Default: " + DEFAULT_TIMEOUT)
                .build());
        spec.addOption(OptionSpec.builder("--insecure")
                .description("Accept any certificate at URL.")
                .build());
        spec.addOption(OptionSpec.builder("--help", "-h")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        GatewayOptions.addTo(spec, false);
        return spec;
    }
}
