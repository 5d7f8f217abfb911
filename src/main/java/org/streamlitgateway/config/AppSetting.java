package org.streamlitgateway.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Every setting of one app in a configuration file, under {@code apps:} and the app's path. */
public enum AppSetting implements SettingInfo {
    NAME("name", "the path", "TEXT", "What the landing page calls the app."),
    DESCRIPTION("description", "", "TEXT", "A sentence for the landing page."),
    REPLICAS(
            "replicas",
            "",
            "HOST:PORT,…",
            "Where its Streamlits listen: a list of addresses, or of address: HOST:PORT with drain: yes for one that "
                    + "keeps the sessions it has, up to drain-timeout, and gets no new ones."),
    STRIP_PREFIX(
            "strip-prefix", "auto", "auto|yes|no", "Whether Streamlit is addressed without the path; auto asks it."),
    STREAMLIT_METRICS(
            "streamlit-metrics",
            "the gateway's",
            "yes|no",
            "Whether /_stcore/metrics of this app is reached from outside."),
    APP("app", "", "FILE", "Start Streamlit on this script, instead of replicas. Relative to the configuration file."),
    COMMAND(
            "command",
            "",
            "COMMAND",
            "Command that starts Streamlit, such as python3.12 -m streamlit, or the folder of a virtual environment, "
                    + "such as .venv; default: streamlit from PATH, else python3 -m streamlit."),
    ARGUMENTS("arguments", "", "WORD,…", "Further arguments for Streamlit, such as --server.maxUploadSize=500."),
    PROCESSES("processes", "1", "NUMBER", "How many processes of the app run, each a replica."),
    START("start", "visit", "visit|now", "When it is started: by its first visitor, or with the gateway."),
    IDLE_STOP(
            "idle-stop",
            "30m",
            "TIME",
            "Time without sessions and requests after which an app that is started by visits is stopped; 0s for never."),
    WORKING_DIRECTORY("working-directory", "", "FOLDER", "Where it runs; default: the folder of the script."),
    ENVIRONMENT("environment", "", "NAME: VALUE", "Variables on top of the gateway's own."),
    MEMORY(
            "memory",
            "",
            "SIZE",
            "Memory that each process may take, all that it starts included, such as 2G; one that takes more is stopped "
                    + "and started again. On Linux only. Default: no limit."),
    MAX_RESTARTS(
            "max-restarts",
            "5",
            "NUMBER",
            "How often in a row a process that ended is started again, before it is given up; the count begins anew "
                    + "when it has been healthy for a minute. One that was never healthy is given up at once.");

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
