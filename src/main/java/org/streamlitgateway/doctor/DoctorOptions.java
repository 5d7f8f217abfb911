package org.streamlitgateway.doctor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamlitgateway.command.GatewayOptions;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.value.Times;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.outcome.Printable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command line of {@code doctor}. */
final class DoctorOptions {
    private static final String DEFAULT_TIMEOUT = "10s";
    private static final String DEFAULT_IDLE = "65s";
    private static final long MAX_CERTIFICATES = 1 << 20;
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}:[\\t -~]{0,8000}");
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)\\]|([^:\\[\\]]+)):([0-9]{1,5})");

    private final ParseResult parsed;

    DoctorOptions(ParseResult parsed) {
        this.parsed = parsed;
    }

    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("java -jar streamlit-gateway.war doctor");
        spec.usageMessage()
                .description(
                        "Follows the path of a browser to a Streamlit app, through every proxy, and says what is wrong,"
                                + " where, and how to mend it.")
                .synopsisHeading("Usage: ")
                .customSynopsis("java -jar streamlit-gateway.war doctor [URL] [OPTIONS]")
                .sortOptions(false)
                .width(100)
                .footer(
                        "",
                        "All options, variables and the file of the gateway are accepted, too. If any is given, or no URL, the"
                                + " gateway that they configure and its replicas are examined as well.",
                        "The app's script runs once, as for a visitor.",
                        "TIME is 500ms, 20s, 5m or 1h; a number alone means seconds.",
                        "Exit codes: 0 if no check failed, 1 if some did, 2 if the usage is wrong.");
        spec.addPositional(PositionalParamSpec.builder()
                .index("0")
                .arity("0..1")
                .paramLabel("URL")
                .type(String.class)
                .description("Address of the app, as visitors type it.")
                .build());
        flag(spec, "--quick", "Leave out the idle WebSocket, and the strange Origin where Streamlit itself checks it.");
        flag(spec, "--json", "Print the report as JSON.");
        flag(spec, "--insecure", "Go on although the certificate at URL is not valid.");
        option(spec, "--timeout", "TIME", "Longest wait for each answer. Default: " + DEFAULT_TIMEOUT);
        option(spec, "--idle", "TIME", "How long to watch an idle WebSocket. Default: " + DEFAULT_IDLE);
        spec.addOption(OptionSpec.builder("--header")
                .paramLabel("LINE")
                .type(List.class)
                .description("Header of every request to URL, such as the cookie of a log-in; can be repeated.")
                .build());
        option(spec, "--connect-to", "HOST:PORT", "Connect there instead of where the name in URL leads.");
        option(spec, "--ca", "FILE", "PEM file with certificates to trust at URL besides those of the JVM.");
        option(spec, "--bundle", "FILE", "Write a zip file for support, without secrets.");
        option(spec, "--log", "FILE", "Log file of the gateway; its last 1000 lines go into the bundle.");
        option(spec, "--pid", "NUMBER", "Process of the gateway; its thread dump goes into the bundle.");
        spec.addOption(OptionSpec.builder("--help", "-h")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        GatewayOptions.addTo(spec, false);
        return spec;
    }

    private static void flag(CommandSpec spec, String name, String description) {
        spec.addOption(OptionSpec.builder(name).description(description).build());
    }

    private static void option(CommandSpec spec, String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name)
                .paramLabel(label)
                .type(String.class)
                .description(description)
                .build());
    }

    boolean has(String name) {
        return parsed.hasMatchedOption(name);
    }

    /** Returns whether the gateway and its replicas are to be examined. */
    boolean examinesGateway() {
        return !parsed.hasMatchedPositional(0) || GatewayOptions.areGiven(parsed);
    }

    /** Returns the address that visitors use; {@code null} if none is given. */
    Target front() throws UsageException {
        if (!parsed.hasMatchedPositional(0)) {
            return null;
        }
        URI address;
        try {
            address = Target.address(parsed.matchedPositionalValue(0, ""));
        } catch (URISyntaxException e) {
            throw new UsageException("the address " + Printable.of(e.getReason()) + "; give it as http://host/path/");
        }
        return new Target(address, connectTo(), headerLines(), authorities(), has("--insecure"), timeout());
    }

    Duration timeout() throws UsageException {
        return time("--timeout", DEFAULT_TIMEOUT);
    }

    Duration idle() throws UsageException {
        return time("--idle", DEFAULT_IDLE);
    }

    private Duration time(String name, String defaultValue) throws UsageException {
        return Times.parse(parsed.matchedOptionValue(name, defaultValue))
                .filter(time -> !time.isZero())
                .orElseThrow(() -> new UsageException(name + " is not a time such as 500ms, 20s or 5m"));
    }

    /** The lines may be secret, so they are not repeated. */
    private List<String> headerLines() throws UsageException {
        List<String> lines = parsed.matchedOptionValue("--header", List.<String>of());
        if (!lines.stream().allMatch(line -> HEADER.matcher(line).matches())) {
            throw new UsageException("--header is not a line such as \"Cookie: name=value\"");
        }
        return lines;
    }

    private HostPort connectTo() throws UsageException {
        String text = parsed.matchedOptionValue("--connect-to", "");
        if (text.isEmpty()) {
            return null;
        }
        Matcher address = ADDRESS.matcher(text);
        if (!address.matches() || Integer.parseInt(address.group(3)) > 65_535) {
            throw new UsageException("--connect-to is not an address such as 10.0.0.1:443 or [::1]:443");
        }
        return new HostPort(
                address.group(1) == null ? address.group(2) : address.group(1), Integer.parseInt(address.group(3)));
    }

    private List<X509Certificate> authorities() throws UsageException {
        if (!has("--ca")) {
            return List.of();
        }
        Path file = file("--ca");
        try {
            if (Files.size(file) > MAX_CERTIFICATES) {
                throw new UsageException("--ca is larger than " + MAX_CERTIFICATES + " bytes");
            }
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (IOException e) {
            throw new UsageException("--ca cannot be read");
        } catch (CertificateException e) {
            throw new UsageException("--ca has no certificates in PEM form");
        }
    }

    /** Returns the file that an option names; {@code null} without the option. */
    Path file(String name) throws UsageException {
        try {
            return has(name) ? Path.of(parsed.matchedOptionValue(name, "")) : null;
        } catch (InvalidPathException e) {
            throw new UsageException(name + " is not a path");
        }
    }

    /** Returns the process of the gateway; 0 if none is given. */
    long pid() throws UsageException {
        String text = parsed.matchedOptionValue("--pid", "0");
        if (!text.matches("\\d{1,9}")) {
            throw new UsageException("--pid is not the number of a process");
        }
        return Long.parseLong(text);
    }
}
