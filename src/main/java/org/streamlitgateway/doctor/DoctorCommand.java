package org.streamlitgateway.doctor;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.command.Command;
import org.streamlitgateway.command.GatewayOptions;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.doctor.bundle.Bundle;
import org.streamlitgateway.doctor.check.Plan;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.report.Examined;
import org.streamlitgateway.doctor.report.Examined.Place;
import org.streamlitgateway.doctor.report.Report;
import org.streamlitgateway.outcome.FailureText;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code doctor [URL]}: examines the way to an app. */
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
        return "examines the way from a browser to an app, and says what is wrong, where, and how to mend it.";
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
        Report report = new Report(gatewayVersion, examined(front, config, options, err));
        out.print(options.has("--json") ? report.json() : report.text());
        if (bundle != null) {
            Target gateway = config == null ? front : new Addresses(config, options.timeout()).gateway("");
            Bundle contents = new Bundle(config);
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

    private static List<Examined> examined(Target front, GatewayConfig config, DoctorOptions options, PrintStream err)
            throws UsageException {
        List<Examined> examined = new ArrayList<>();
        if (config == null) {
            examined.add(Checks.examine(front, plan(Place.FRONT, "", options)));
            return examined;
        }
        Addresses addresses = new Addresses(config, options.timeout());
        List<AppConfig> apps = front == null ? config.apps() : addresses.appsAt(front.path());
        if (front != null) {
            String app = apps.size() == 1 ? path(apps.get(0)) : "";
            examined.add(Checks.examine(front, plan(Place.FRONT, app, options)));
        }
        for (AppConfig app : apps) {
            Target gateway = addresses.gateway(app.prefix());
            if (gateway == null) {
                err.println("streamlit-gateway doctor: proxy-port is 0, so the gateway itself cannot be examined");
            } else {
                examined.add(Checks.examine(gateway, plan(Place.GATEWAY, path(app), options)));
            }
            List<Examined> replicas = new ArrayList<>();
            for (Target replica : addresses.replicas(app)) {
                replicas.add(Checks.examine(replica, plan(Place.REPLICA, path(app), options)));
            }
            examined.addAll(replicas);
            if (replicas.size() > 1) {
                examined.add(ReplicaComparison.compare(path(app), replicas));
            }
        }
        return examined;
    }

    private static String path(AppConfig app) {
        return app.prefix().isEmpty() ? "/" : app.prefix();
    }

    private static Plan plan(Place place, String app, DoctorOptions options) throws UsageException {
        return new Plan(place, app, options.has("--quick"), options.idle());
    }
}
