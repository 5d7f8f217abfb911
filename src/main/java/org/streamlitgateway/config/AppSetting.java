package org.streamlitgateway.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Settings of one app in a configuration file, under {@code apps:} and the app's path. */
public enum AppSetting implements SettingInfo {
    NAME("name", "the path", "TEXT", "Name of the app in the list of apps."),
    DESCRIPTION("description", "", "TEXT", "One sentence about the app for the list of apps."),
    REPLICAS(
            "replicas",
            "",
            "HOST:PORT,…",
            "Addresses on which Streamlit servers of this app listen: a list of HOST:PORT, or of address: HOST:PORT with "
                    + "drain: yes. A draining replica keeps its sessions, up to drain-timeout, and gets no new ones."),
    STRIP_PREFIX(
            "strip-prefix",
            "auto",
            "auto|yes|no",
            "Whether to remove the path from requests to Streamlit. auto finds out with a health check."),
    STREAMLIT_METRICS(
            "streamlit-metrics",
            "the gateway's",
            "yes|no",
            "Whether to forward requests for this app's /_stcore/metrics."),
    APP(
            "app",
            "",
            "FILE",
            "Streamlit script to run, instead of replicas. Relative to the folder of the configuration file."),
    COMMAND(
            "command",
            "",
            "COMMAND",
            "Command that starts Streamlit, such as python3.12 -m streamlit, or the folder of a virtual environment, "
                    + "such as .venv. Default: streamlit from PATH, else python3 -m streamlit."),
    ARGUMENTS("arguments", "", "WORD,…", "Additional arguments for Streamlit, such as --server.maxUploadSize=500."),
    PROCESSES("processes", "1", "NUMBER", "Number of processes to run; each is a replica."),
    START("start", "visit", "visit|now", "When to start the app: at its first visit, or with the gateway."),
    IDLE_STOP(
            "idle-stop",
            "30m",
            "TIME",
            "Time without sessions and requests after which an app with start: visit is stopped. 0s: never."),
    WORKING_DIRECTORY(
            "working-directory",
            "",
            "FOLDER",
            "Working directory of the processes. Default: the folder of the script."),
    ENVIRONMENT("environment", "", "NAME: VALUE", "Environment variables in addition to the gateway's own."),
    MEMORY(
            "memory",
            "",
            "SIZE",
            "Maximum memory of each process, including its child processes, such as 2G. A process that exceeds it is "
                    + "restarted. Linux only. Default: no limit."),
    MAX_RESTARTS(
            "max-restarts",
            "5",
            "NUMBER",
            "Maximum number of consecutive restarts of a process that ended; then it stays stopped. A minute of health "
                    + "resets the count. A process that was never healthy is not restarted.");

    @SuppressWarnings("ImmutableEnumChecker") // a record of strings
    private final Text text;

    AppSetting(String key, String defaultValue, String form, String help) {
        text = new Text(key, defaultValue, form, help);
    }

    @Override
    public Text text() {
        return text;
    }

    public static Optional<AppSetting> byKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }

    public static List<String> keys() {
        return Arrays.stream(values()).map(AppSetting::key).toList();
    }
}
