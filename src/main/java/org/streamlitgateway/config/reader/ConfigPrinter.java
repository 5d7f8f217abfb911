package org.streamlitgateway.config.reader;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.AppConfig.Launch;
import org.streamlitgateway.config.AppConfig.Upstream;
import org.streamlitgateway.config.AppSetting;
import org.streamlitgateway.config.Secrets;
import org.streamlitgateway.config.Setting;
import org.streamlitgateway.config.value.Times;
import org.streamlitgateway.outcome.Printable;

/** Formats the effective configuration as a configuration file without secrets. */
final class ConfigPrinter {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./-]*");
    private static final int COMMENT_COLUMN = 40;
    private static final int MAX_CHARACTERS = 10_000;

    private final StringBuilder text = new StringBuilder();

    void setting(Setting setting, String value, String source) {
        String line = setting.key() + ": " + text(setting, value);
        text.append(line)
                .append(" ".repeat(Math.max(1, COMMENT_COLUMN - line.length())))
                .append("# ")
                .append(source)
                .append('\n');
    }

    private static String text(Setting setting, String value) {
        if (setting == Setting.CHANNEL) {
            return list(Arrays.stream(value.split("\n|;;"))
                    .map(String::trim)
                    .filter(channel -> !channel.isEmpty())
                    .map(Secrets::channel)
                    .toList());
        }
        if (setting.isSecret() && !value.isEmpty()) {
            return Secrets.HIDDEN;
        }
        return quoted(
                setting == Setting.STREAMLIT_COMMAND
                        ? String.join(" ", Secrets.commandLine(List.of(value.split("\\s+"))))
                        : value);
    }

    ConfigPrinter apps(List<AppConfig> apps) {
        text.append("apps:\n");
        apps.forEach(this::app);
        return this;
    }

    private void app(AppConfig app) {
        text.append("  ").append(app.prefix().isEmpty() ? "/" : app.prefix()).append(":\n");
        line(AppSetting.NAME, quoted(app.name()));
        line(AppSetting.DESCRIPTION, quoted(app.description()));
        line(AppSetting.STRIP_PREFIX, app.strip().name().toLowerCase(java.util.Locale.ROOT));
        line(AppSetting.STREAMLIT_METRICS, app.metrics() ? "yes" : "no");
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
        line(AppSetting.COMMAND, list(Secrets.commandLine(launch.command())));
        line(AppSetting.ARGUMENTS, list(Secrets.commandLine(launch.arguments())));
        line(AppSetting.PROCESSES, Integer.toString(launch.processes()));
        line(AppSetting.START, launch.lazy() ? "visit" : "now");
        line(AppSetting.IDLE_STOP, time(launch.idleStop()));
        line(AppSetting.WORKING_DIRECTORY, quoted(String.valueOf(launch.workingDirectory())));
        text.append("    environment:").append(launch.environment().isEmpty() ? " {}\n" : "\n");
        // any value may be a password
        launch.environment().keySet().stream()
                .sorted()
                .forEach(name -> text.append("      ").append(name).append(": " + Secrets.HIDDEN + "\n"));
        if (launch.memoryBytes() > 0) {
            line(AppSetting.MEMORY, Long.toString(launch.memoryBytes()));
        }
        line(AppSetting.MAX_RESTARTS, Integer.toString(launch.maxRestarts()));
    }

    private void line(AppSetting setting, String value) {
        text.append("    ").append(setting.key()).append(": ").append(value).append('\n');
    }

    private static String time(Duration time) {
        return Times.text(time);
    }

    private static String list(List<String> words) {
        return "[" + String.join(", ", words.stream().map(ConfigPrinter::quoted).toList()) + "]";
    }

    private static String quoted(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : "\"" + Printable.of(value.replace("\\", "\\\\").replace("\"", "\\\""), MAX_CHARACTERS) + "\"";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
