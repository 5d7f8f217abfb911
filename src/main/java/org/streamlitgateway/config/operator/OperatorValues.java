package org.streamlitgateway.config.operator;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.streamlitgateway.config.GatewayConfig.AccessLog;
import org.streamlitgateway.config.GatewayConfig.CtlSocket;
import org.streamlitgateway.config.GatewayConfig.LogFormat;
import org.streamlitgateway.config.GatewayConfig.LoggedUsers;
import org.streamlitgateway.config.GatewayConfig.Operators;
import org.streamlitgateway.config.GatewayConfig.StatusAccess;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.config.value.RawValue;
import org.streamlitgateway.config.value.ValueParser;

/** Parses the settings for operators: metrics, access log, status page and tracing. */
public final class OperatorValues {
    private static final int MIN_TOKEN_CHARACTERS = 16;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{" + MIN_TOKEN_CHARACTERS + ",512}");
    private static final Pattern JSON_FILE = Pattern.compile("(?i).*\\.jsonl?");

    private final ValueParser parser;
    private final Function<Setting, RawValue> values;

    private OperatorValues(ValueParser parser, Function<Setting, RawValue> values) {
        this.parser = parser;
        this.values = values;
    }

    /** Parses all of them; reports problems to the parser. */
    public static Operators read(ValueParser parser, Function<Setting, RawValue> values) {
        return new OperatorValues(parser, values).read();
    }

    private Operators read() {
        return new Operators(
                parser.trustedProxies(values.apply(Setting.METRICS_ALLOW)),
                token(values.apply(Setting.METRICS_TOKEN)),
                listen(values.apply(Setting.METRICS_PORT)),
                parser.yesOrNo(values.apply(Setting.MESSAGE_METRICS)),
                accessLog(values.apply(Setting.ACCESS_LOG)),
                choice(values.apply(Setting.STATUS), StatusAccess.class, StatusAccess.LOOPBACK),
                admins(values.apply(Setting.ADMINS)),
                ctlSocket(values.apply(Setting.CTL_SOCKET)),
                endpoint(values.apply(Setting.OTLP_ENDPOINT)));
    }

    private String token(RawValue value) {
        if (!value.text().isEmpty() && !TOKEN.matcher(value.text()).matches()) {
            parser.problem(
                    value,
                    "must have at least " + MIN_TOKEN_CHARACTERS
                            + " letters, digits or . _ ~ + / = -; such as the output of openssl rand -hex 32");
        }
        return value.text();
    }

    private HostPort listen(RawValue value) {
        if (value.text().isEmpty()) {
            return null;
        }
        int colon = value.text().lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : value.text().substring(0, colon);
        return new HostPort(
                parser.host(new RawValue(value.where(), host)),
                parser.port(new RawValue(value.where(), value.text().substring(colon + 1)), 0));
    }

    private AccessLog accessLog(RawValue value) {
        LogFormat format = Arrays.stream(LogFormat.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(value.text()))
                .findFirst()
                .orElse(null);
        Path file = null;
        if (format == null) {
            format = JSON_FILE.matcher(value.text()).matches() ? LogFormat.JSON : LogFormat.COMBINED;
            file = parser.path(value, Path.of(""));
        }
        return new AccessLog(
                format,
                file,
                choice(values.apply(Setting.ACCESS_LOG_USERS), LoggedUsers.class, LoggedUsers.YES),
                parser.yesOrNo(values.apply(Setting.ACCESS_LOG_QUERIES)));
    }

    private <E extends Enum<E>> E choice(RawValue value, Class<E> type, E otherwise) {
        for (E choice : type.getEnumConstants()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(value.text())) {
                return choice;
            }
        }
        parser.problem(
                value,
                "must be one of "
                        + String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                                        .toList()));
        return otherwise;
    }

    private static Set<String> admins(RawValue value) {
        return new LinkedHashSet<>(ValueParser.words(value.text()));
    }

    private CtlSocket ctlSocket(RawValue value) {
        boolean off = value.text().equals("no");
        return new CtlSocket(
                off || value.text().isEmpty()
                        ? null
                        : parser.path(value, Path.of("").toAbsolutePath()),
                off);
    }

    private String endpoint(RawValue value) {
        if (value.text().isEmpty()) {
            return "";
        }
        try {
            URI uri = new URI(value.text());
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawQuery() == null
                    && uri.getRawUserInfo() == null) {
                return value.text().replaceFirst("/+$", "");
            }
        } catch (URISyntaxException e) {
            // reported below
        }
        parser.problem(value, "is not an address such as http://localhost:4318");
        return "";
    }
}
