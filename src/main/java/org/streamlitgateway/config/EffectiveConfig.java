package org.streamlitgateway.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.AppConfig.Upstream;

/** Writes a configuration file that says what holds. */
final class EffectiveConfig {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./-]*");
    private static final Pattern CHANNEL_HEADER =
            Pattern.compile("(,\\s*header\\.[^=,\\s]+=).*?(?=,\\s*(?:[a-z-]+|header\\.[^=,\\s]+)=|$)");
    private static final Pattern QUERY = Pattern.compile("\\?[^,]*");
    private static final String HIDDEN = "(hidden)";
    private static final int COMMENT_COLUMN = 40;

    private final StringBuilder text = new StringBuilder();

    void setting(Setting setting, String value, String source) {
        String line = setting.key() + ": " + shown(setting, value);
        text.append(line)
                .append(" ".repeat(Math.max(1, COMMENT_COLUMN - line.length())))
                .append("# ")
                .append(source)
                .append('\n');
    }

    private static String shown(Setting setting, String value) {
        if (setting == Setting.CHANNEL) {
            return list(Arrays.stream(value.split("\n|;;"))
                    .map(String::trim)
                    .filter(channel -> !channel.isEmpty())
                    .map(EffectiveConfig::withoutSecrets)
                    .toList());
        }
        return setting.isSecret() && !value.isEmpty() ? HIDDEN : quoted(value);
    }

    /** What a feed is sent may be a password: the values of headers, and the query of its address. */
    private static String withoutSecrets(String channel) {
        String bare = CHANNEL_HEADER.matcher(channel).replaceAll("$1" + HIDDEN);
        return QUERY.matcher(bare).replaceAll("?" + HIDDEN);
    }

    EffectiveConfig apps(List<AppConfig> apps) {
        text.append("apps:\n");
        apps.forEach(this::app);
        return this;
    }

    private void app(AppConfig app) {
        text.append("  ").append(app.prefix().isEmpty() ? "/" : app.prefix()).append(":\n");
        line(AppSetting.NAME, quoted(app.name()));
        line(AppSetting.DESCRIPTION, quoted(app.description()));
        line(AppSetting.STRIP_PREFIX, app.strip().name().toLowerCase(java.util.Locale.ROOT));
        if (app.launch() == null) {
            text.append("    replicas:\n");
            for (Upstream replica : app.replicas()) {
                text.append("      - {address: \"")
                        .append(replica.address())
                        .append("\", drain: ")
                        .append(replica.drain() ? "yes" : "no")
                        .append("}\n");
            }
        } else {
            launch(app.launch());
        }
    }

    private void launch(Launch launch) {
        line(AppSetting.APP, quoted(launch.script()));
        line(AppSetting.COMMAND, list(launch.command()));
        line(AppSetting.ARGUMENTS, list(launch.arguments()));
        line(AppSetting.PROCESSES, Integer.toString(launch.processes()));
        line(AppSetting.START, launch.lazy() ? "visit" : "now");
        line(AppSetting.IDLE_STOP, time(launch.idleStop()));
        line(AppSetting.WORKING_DIRECTORY, quoted(String.valueOf(launch.workingDirectory())));
        text.append("    environment:").append(launch.environment().isEmpty() ? " {}\n" : "\n");
        // what an app is given may be a password
        launch.environment().keySet().stream()
                .sorted()
                .forEach(name -> text.append("      ").append(name).append(": " + HIDDEN + "\n"));
        if (launch.memoryBytes() > 0) {
            line(AppSetting.MEMORY, Long.toString(launch.memoryBytes()));
        }
        line(AppSetting.MAX_RESTARTS, Integer.toString(launch.maxRestarts()));
    }

    private void line(AppSetting setting, String value) {
        text.append("    ").append(setting.key()).append(": ").append(value).append('\n');
    }

    private static String time(Duration time) {
        return time.toMillis() + "ms";
    }

    private static String list(List<String> words) {
        return "["
                + String.join(", ", words.stream().map(EffectiveConfig::quoted).toList()) + "]";
    }

    private static String quoted(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
