package org.streamlitgateway.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is secret in a configuration, and how it is left out wherever the gateway says something: the log,
 * {@code --check}, error texts, and the environment of the apps that it starts.
 */
public final class Secrets {
    public static final String HIDDEN = "(hidden)";

    /** Parts of names whose values are secret, in lower case and without dashes, dots and underscores. */
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

    /** What a channel's feed is sent with the handshake. */
    private static final String HEADER = "header.";

    private static final String OWN_VARIABLES = "STREAMLIT_GATEWAY_";

    /** In a variable such as JDK_JAVA_OPTIONS, in front of a setting's name. */
    private static final String OWN_PROPERTIES = "streamlit-gateway.";

    private static final Pattern SEPARATORS = Pattern.compile("[._-]");
    private static final Pattern USER_INFO = Pattern.compile("://[^/?#@\\s]*+@");
    private static final Pattern QUERY = Pattern.compile("[?#]\\S++");
    private static final Pattern HEADER_VALUE = Pattern.compile("(?s)(header\\.[^=,\\s]++=).*+");

    private Secrets() {}

    /** Whether a setting's value is never shown. */
    static boolean isSecret(Setting setting) {
        return isSecretName(setting.key());
    }

    /** Whether what is called so is never shown: a setting, a channel's option, a flag of Streamlit, a variable. */
    static boolean isSecretName(String name) {
        String lower = SEPARATORS.matcher(name.toLowerCase(Locale.ROOT)).replaceAll("");
        return name.startsWith(HEADER) || NAMES.stream().anyMatch(lower::contains);
    }

    /** The words of a command line: the values of secret flags are hidden, and what is secret in an address. */
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

    /** A text in which there may be addresses: without log-ins and queries, and without the values of headers. */
    public static String text(String text) {
        String bare = USER_INFO.matcher(text).replaceAll("://" + HIDDEN + "@");
        return HEADER_VALUE
                .matcher(QUERY.matcher(bare).replaceAll("?" + HIDDEN))
                .replaceAll("$1" + HIDDEN);
    }

    /** One channel as it stands on the command line. */
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

    /** All behind a question mark, blanks too. */
    private static String address(String part) {
        int query = part.indexOf('?');
        return text(query < 0 ? part : part.substring(0, query)) + (query < 0 ? "" : "?" + HIDDEN);
    }

    /** Takes away what is the gateway's own and no app's. */
    public static void removeFrom(Map<String, String> environment) {
        environment
                .entrySet()
                .removeIf(variable -> variable.getKey().toUpperCase(Locale.ROOT).startsWith(OWN_VARIABLES)
                        || variable.getValue().contains(OWN_PROPERTIES));
    }
}
