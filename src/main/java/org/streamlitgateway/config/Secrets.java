package org.streamlitgateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Recognizes secrets in a configuration and removes them from the log, the output of {@code --check}, error texts and
 * the environment of apps that the gateway starts.
 */
public final class Secrets {
    public static final String HIDDEN = "(hidden)";

    /** Parts of names that mark a value as secret; lower case, without dashes, dots and underscores. */
    private static final List<String> NAMES = List.of(
            "secret",
            "password",
            "passwd",
            "passphrase",
            "token",
            "apikey",
            "accesskey",
            "privatekey",
            "stickykey",
            "credential",
            "authorization",
            "cookie",
            "greeting");

    /** Prefix of channel options for handshake headers. */
    private static final String HEADER = "header.";

    private static final String GATEWAY_VARIABLES = "STREAMLIT_GATEWAY_";

    /** Prefix of a setting's name within a variable such as JDK_JAVA_OPTIONS. */
    private static final String GATEWAY_PROPERTIES = "streamlit-gateway.";

    private static final Pattern SEPARATORS = Pattern.compile("[._-]");
    private static final Pattern USER_INFO = Pattern.compile("://[^/?#@\\s]*+@");
    private static final Pattern QUERY = Pattern.compile("[?#]\\S++");
    private static final Pattern HEADER_VALUE = Pattern.compile("(?s)(header\\.[^=,\\s]++=).*+");

    private Secrets() {}

    /** Returns whether the setting's value must never be shown. */
    static boolean isSecret(Setting setting) {
        return isSecretName(setting.key());
    }

    /** Returns whether a setting, channel option, Streamlit flag or variable of this name is secret. */
    static boolean isSecretName(String name) {
        String lower = SEPARATORS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("");
        return name.startsWith(HEADER) || NAMES.stream().anyMatch(lower::contains);
    }

    /** Returns the words of a command line without values of secret flags and secret parts of addresses. */
    public static List<String> commandLine(List<String> words) {
        List<String> shown = new ArrayList<>();
        boolean hideNext = false;
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (hideNext) {
                shown.add(HIDDEN);
                hideNext = false;
            } else if (isSecretName(name) && equals >= 0) {
                shown.add(name + "=" + HIDDEN);
            } else {
                hideNext = word.startsWith("--") && isSecretName(name);
                shown.add(text(word));
            }
        }
        return shown;
    }

    /** Removes log-ins and queries of addresses, and values of headers, from a text. */
    public static String text(String text) {
        String bare = USER_INFO.matcher(text).replaceAll("://" + HIDDEN + "@");
        return HEADER_VALUE
                .matcher(QUERY.matcher(bare).replaceAll("?" + HIDDEN))
                .replaceAll("$1" + HIDDEN);
    }

    /** Removes secrets from a channel in the form of the command line. */
    public static String channel(String entry) {
        List<String> shown = new ArrayList<>();
        for (String part : ChannelConfig.parts(entry)) {
            int equals = part.indexOf('=');
            String name = part.substring(0, Math.max(0, equals)).trim();
            boolean address = shown.isEmpty();
            shown.add(!address && isSecretName(name) ? name + "=" + HIDDEN : address ? address(part) : text(part));
        }
        return String.join(",", shown);
    }

    /** Hides everything after the question mark, even after blanks. */
    private static String address(String part) {
        int query = part.indexOf('?');
        return text(query < 0 ? part : part.substring(0, query)) + (query < 0 ? "" : "?" + HIDDEN);
    }

    /** Removes the gateway's own variables from an app's environment. */
    public static void removeFrom(Map<String, String> environment) {
        environment
                .entrySet()
                .removeIf(variable -> variable.getKey().toUpperCase(Locale.ROOT).startsWith(GATEWAY_VARIABLES)
                        || variable.getValue().contains(GATEWAY_PROPERTIES));
    }
}
