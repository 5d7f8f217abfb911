package org.streamlitgateway.doctor;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.streamlitgateway.command.Command;
import org.streamlitgateway.command.GatewayOptions;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.doctor.bundle.Bundle;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.report.Report;
import org.streamlitgateway.outcome.FailureText;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code doctor [URL]}: examines the path from a browser to an app. */
public final class DoctorCommand implements Command {
    private final String gatewayVersion;

    public DoctorCommand(String gatewayVersion) {
        this.gatewayVersion = gatewayVersion;
    }

    @Override
    public String name() {
        return "doctor";
    }

    @Override
    public String summary() {
        return "follows the path from a browser to an app, and says what is wrong, where, and how to mend it.";
    }

    @Override
    public int run(List<String> arguments, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(DoctorOptions.spec());
        try {
            ParseResult parsed = line.parseArgs(arguments.toArray(String[]::new));
            if (parsed.hasMatchedOption("--help")) {
                line.usage(out);
                return DONE;
            }
            return examine(parsed, out, err);
        } catch (ParameterException e) {
            err.println("streamlit-gateway doctor: " + GatewayOptions.explain(e) + " (see --help)");
            return BAD_USAGE;
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println("streamlit-gateway doctor: " + problem));
            return BAD_USAGE;
        } catch (UsageException e) {
            err.println("streamlit-gateway doctor: " + e.getMessage());
            return BAD_USAGE;
        } catch (IOException e) {
            err.println("streamlit-gateway doctor: the bundle cannot be written: " + FailureText.of(e));
            return FAILED;
        }
    }

    private int examine(ParseResult parsed, PrintStream out, PrintStream err)
            throws ConfigException, UsageException, IOException {
        DoctorOptions options = new DoctorOptions(parsed);
        Target front = options.front();
        Path bundle = options.file("--bundle");
        Path log = options.file("--log");
        long pid = options.pid();
        Settings settings = options.examinesGateway() ? GatewayOptions.settings(parsed, List.of()) : null;
        GatewayConfig config = settings == null ? null : settings.read();
        Report report = new Report(gatewayVersion, new Examinations(config, options, err).of(front));
        out.print(options.has("--json") ? report.json() : report.text());
        if (bundle != null) {
            Target gateway = config == null ? front : new Addresses(config, options.timeout()).gateway("");
            Bundle contents = new Bundle(settings == null ? List.of() : settings.secrets(), config);
            contents.addReport(report);
            contents.addVersions(gatewayVersion);
            if (config != null) {
                contents.addConfiguration(settings.effective(config));
            }
            if (gateway != null) {
                contents.addPages(gateway);
            }
            contents.addLog(log);
            contents.addThreads(pid);
            contents.write(bundle);
        }
        return report.hasFailure() ? FAILED : DONE;
    }
}
