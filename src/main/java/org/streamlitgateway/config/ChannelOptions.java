package org.streamlitgateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads channels as they stand on the command line: {@code name=ws://host:port/path,option=value,…}, several of them
 * on lines of their own or with {@code ;;} between. A problem never quotes the value of a header.
 */
final class ChannelOptions {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[^/\\s]+");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kKmM]?)");
    /** A comma is part of a value unless an option follows it. */
    private static final Pattern NEXT_OPTION = Pattern.compile(",(?=\\s*(?:[a-z-]+|header\\.[^=,\\s]+)=)");

    private static final String HEADER = "header.";
    private static final int MOST_MESSAGES = 10_000_000;
    /** The handshake's own, which the client makes. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "host",
            "connection",
            "upgrade",
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-protocol",
            "sec-websocket-extensions");

    private final String where;
    private final List<Problem> problems;
    private final Map<String, String> left;

    private ChannelOptions(String where, Map<String, String> options, List<Problem> problems) {
        this.where = where;
        this.left = new TreeMap<>(options);
        this.problems = problems;
    }

    /** All channels of one setting's text; what is wrong is added to {@code problems}. */
    static List<ChannelConfig> readAll(String where, String text, List<Problem> problems) {
        List<ChannelConfig> channels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String entry : text.split("\n|;;")) {
            if (entry.isBlank()) {
                continue;
            }
            String[] parts = parts(entry);
            int equals = parts[0].indexOf('=');
            if (equals < 1) {
                problems.add(new Problem(where, "a channel is written name=ws://host:port/path[,option=value…]"));
                continue;
            }
            String name = parts[0].substring(0, equals).trim();
            Map<String, String> options = new LinkedHashMap<>();
            options.put("address", parts[0].substring(equals + 1).trim());
            for (int i = 1; i < parts.length; i++) {
                int split = parts[i].indexOf('=');
                options.put(
                        parts[i].substring(0, split).trim(),
                        parts[i].substring(split + 1).trim());
            }
            if (!names.add(name)) {
                problems.add(new Problem(where + " " + name, "there are two channels of this name"));
            }
            channels.add(read(where, name, options, problems));
        }
        return List.copyOf(channels);
    }

    /** Name and address, then each option. */
    static String[] parts(String entry) {
        return NEXT_OPTION.split(entry.trim());
    }

    /** One channel from its options by name, {@code address} among them. */
    static ChannelConfig read(String where, String name, Map<String, String> options, List<Problem> problems) {
        return new ChannelOptions(where + " " + name, options, problems).read(name);
    }

    private ChannelConfig read(String name) {
        if (!NAME.matcher(name).matches()) {
            problem("is not a channel's name: letters, digits and -_. only");
        }
        URI address = address();
        ChannelConfig otherwise = ChannelConfig.of(name, address, ChannelConfig.Mode.SHARED);
        ChannelConfig.Limits limits = otherwise.limits();
        ChannelConfig.Mode mode = oneOf("mode", ChannelConfig.Mode.values(), otherwise.mode());
        boolean eager = flag("eager", false);
        if (eager && mode == ChannelConfig.Mode.DEDICATED) {
            problem("eager has no use with mode=dedicated, whose sockets belong to subscribers");
        }
        ChannelConfig config = new ChannelConfig(
                name,
                mode,
                eager,
                time("linger", otherwise.linger()),
                new ChannelConfig.Upstream(
                        address,
                        headers(),
                        subprotocol(),
                        time("retry-least", otherwise.upstream().retryLeast()),
                        time("retry-most", otherwise.upstream().retryMost())),
                new ChannelConfig.Limits(
                        count("history", 0, limits.history()),
                        size("history-bytes", limits.historyBytes()),
                        count("outbox", 1, limits.outbox()),
                        size("outbox-bytes", limits.outboxBytes()),
                        oneOf("slow", ChannelConfig.Slow.values(), limits.slow())),
                new ChannelConfig.Access(words("users"), words("senders"), flag("send", true), origins()));
        left.keySet().forEach(key -> problem("there is no option " + key));
        return config;
    }

    private void problem(String what) {
        problems.add(new Problem(where, what));
    }

    private String take(String key) {
        String value = left.remove(key);
        return value == null || value.isEmpty() ? null : value;
    }

    private URI address() {
        String text = take("address");
        try {
            URI uri = URI.create(text == null ? "" : text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean usable = (scheme.equals("ws") || scheme.equals("wss"))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getFragment() == null;
            if (usable) {
                return uri;
            }
        } catch (IllegalArgumentException notAnAddress) {
            // reported below, without the address: it may hold a secret
        }
        problem("has no usable address; give ws://host:port/path or wss://…,"
                + " and a log-in as header.Authorization=…");
        return URI.create("ws://localhost/");
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String key : left.keySet().toArray(String[]::new)) {
            if (!key.startsWith(HEADER)) {
                continue;
            }
            String header = key.substring(HEADER.length());
            String value = left.remove(key);
            if (!TOKEN.matcher(header).matches() || OWN_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
                problem("'" + header + "' is not a header that can be set");
            } else if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c > 0xff || c == 0x7f)) {
                problem("the value of header " + header + " cannot be sent");
            } else {
                headers.put(header, value);
            }
        }
        return headers;
    }

    private String subprotocol() {
        String text = take("subprotocol");
        if (text != null && !TOKEN.matcher(text).matches()) {
            problem("subprotocol '" + text + "' is not a single word");
        }
        return text == null ? "" : text;
    }

    private Set<String> words(String key) {
        String text = take(key);
        return text == null
                ? Set.of()
                : Arrays.stream(text.split(";"))
                        .map(String::trim)
                        .filter(word -> !word.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    private Set<String> origins() {
        Set<String> origins = words("origins");
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                problem("'" + origin + "' is not an Origin such as https://portal.example.com");
            }
        }
        return origins.stream().map(o -> o.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    private boolean flag(String key, boolean otherwise) {
        String text = take(key);
        if (text == null) {
            return otherwise;
        }
        if (!text.equals("true") && !text.equals("false")) {
            problem(key + " '" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    private int count(String key, int least, int otherwise) {
        String text = take(key);
        if (text == null) {
            return otherwise;
        }
        int count = text.matches("\\d{1,8}") ? Integer.parseInt(text) : -1;
        if (count < least || count > MOST_MESSAGES) {
            problem(key + " '" + text + "' is not a number of messages from " + least + " to " + MOST_MESSAGES);
            return otherwise;
        }
        return count;
    }

    private long size(String key, long otherwise) {
        String text = take(key);
        if (text == null) {
            return otherwise;
        }
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            problem(key + " '" + text + "' is not a size such as 65536, 64K or 4M");
            return otherwise;
        }
        int shift =
                switch (size.group(2).toUpperCase(Locale.ROOT)) {
                    case "K" -> 10;
                    case "M" -> 20;
                    default -> 0;
                };
        return Long.parseLong(size.group(1)) << shift;
    }

    private Duration time(String key, Duration otherwise) {
        String text = take(key);
        if (text == null) {
            return otherwise;
        }
        return Times.parse(text).filter(t -> !t.isZero()).orElseGet(() -> {
            problem(key + " '" + text + "' is not a time such as 500ms, 20s or 5m");
            return otherwise;
        });
    }

    private <E extends Enum<E>> E oneOf(String key, E[] values, E otherwise) {
        String text = take(key);
        if (text == null) {
            return otherwise;
        }
        for (E value : values) {
            if (name(value).equals(text)) {
                return value;
            }
        }
        problem(key + " '" + text + "' is none of "
                + Arrays.stream(values).map(ChannelOptions::name).collect(Collectors.joining(", ")));
        return otherwise;
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
