package org.streamlitgateway.config.reader;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.ChannelConfig.Limits;
import org.streamlitgateway.config.ChannelConfig.Quota;
import org.streamlitgateway.config.Problem;
import org.streamlitgateway.config.value.ValueParser;

/** Creates a channel from its options. Problems never quote addresses, headers and greetings, which may be secret. */
final class ChannelParser {
    /** Mandatory option: the address of the feed. */
    static final String ADDRESS = "address";

    static final String GREETING = "greeting";
    static final String HEADER = "header.";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final int MAX_MESSAGES = 10_000_000;
    private static final long MAX_BYTES = 1L << 30;
    private static final int MAX_SUBSCRIBERS = 1_000_000;
    private static final int MAX_SENDS = 1_000_000;
    /** Limit of a subscriber's connection and of a frame to the feed. */
    private static final long MAX_MESSAGE_BYTES = 16 << 20;

    private static final int MAX_GREETINGS = 100;
    private static final int MAX_GREETING_BYTES = 64 * 1024;

    /** Headers that the WebSocket client sets itself. */
    private static final Set<String> HANDSHAKE_HEADERS = Set.of(
            "host",
            "connection",
            "upgrade",
            "sec-websocket-key",
            "sec-websocket-version",
            "sec-websocket-protocol",
            "sec-websocket-extensions");

    private final ChannelOptions values;

    private ChannelParser(ChannelOptions values) {
        this.values = values;
    }

    /** Reads one channel from its options by name, including {@link #ADDRESS}. */
    static ChannelConfig read(String where, String name, Map<String, List<String>> options, List<Problem> problems) {
        return new ChannelParser(new ChannelOptions(where + " " + name, options, problems)).read(name);
    }

    private ChannelConfig read(String name) {
        if (!NAME.matcher(name).matches()) {
            values.problem("is not a valid channel name: use letters, digits and -_. only");
        }
        URI address = address();
        ChannelConfig.Mode mode = values.oneOf("mode", ChannelConfig.Mode.values(), ChannelConfig.Mode.SHARED);
        ChannelConfig defaults = ChannelConfig.of(name, address, mode);
        boolean eager = values.trueOrFalse("eager", false);
        if (eager && mode == ChannelConfig.Mode.DEDICATED) {
            values.problem(
                    "eager cannot be combined with mode=dedicated, where each subscriber has a connection of its own");
        }
        ChannelConfig config = new ChannelConfig(
                name,
                mode,
                eager,
                values.time("linger", defaults.linger()),
                new ChannelConfig.Upstream(
                        address,
                        headers(),
                        subprotocol(),
                        values.time("retry-least", defaults.upstream().retryMin()),
                        values.time("retry-most", defaults.upstream().retryMax()),
                        greeting()),
                limits(defaults.limits()),
                quota(defaults.quota()),
                access());
        values.remaining().forEach(key -> values.problem("there is no option " + key));
        return config;
    }

    private Limits limits(Limits defaults) {
        return new Limits(
                values.number("history", "messages", 0, MAX_MESSAGES, defaults.history()),
                values.size("history-bytes", 0, MAX_BYTES, defaults.historyBytes()),
                values.number("outbox", "messages", 1, MAX_MESSAGES, defaults.outbox()),
                values.size("outbox-bytes", 1, MAX_BYTES, defaults.outboxBytes()),
                values.oneOf("slow", ChannelConfig.Slow.values(), defaults.slow()));
    }

    private Quota quota(Quota defaults) {
        int subscribers = values.number("max-subscribers", "subscribers", 1, MAX_SUBSCRIBERS, defaults.subscribers());
        return new Quota(
                subscribers,
                values.number(
                        "max-subscribers-per-client",
                        "subscribers",
                        1,
                        MAX_SUBSCRIBERS,
                        Math.min(subscribers, defaults.subscribersPerClient())),
                values.number("max-sends-per-second", "sends", 1, MAX_SENDS, defaults.sendsPerSecond()),
                (int) values.size("max-message-bytes", 1, MAX_MESSAGE_BYTES, defaults.messageBytes()));
    }

    private ChannelConfig.Access access() {
        Set<String> senders = values.words("senders");
        return new ChannelConfig.Access(
                apps(), values.words("users"), senders, values.trueOrFalse("send", !senders.isEmpty()), origins());
    }

    private URI address() {
        String text = values.text(ADDRESS);
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
            // reported below, without the address, which may contain a secret
        }
        values.problem("has no usable address; give ws://host:port/path or wss://…,"
                + " and credentials as header.Authorization=…");
        return URI.create("ws://localhost/");
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String key : values.remaining()) {
            if (!key.startsWith(HEADER)) {
                continue;
            }
            String header = key.substring(HEADER.length());
            String text = values.text(key);
            String value = text == null ? "" : text;
            if (!TOKEN.matcher(header).matches() || HANDSHAKE_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
                values.problem("'" + header + "' is not a header that can be set");
            } else if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c > 0xff || c == 0x7f)) {
                values.problem("the value of header " + header + " contains characters that cannot be sent");
            } else {
                headers.put(header, value);
            }
        }
        return headers;
    }

    private String subprotocol() {
        String text = values.text("subprotocol");
        if (text != null && !TOKEN.matcher(text).matches()) {
            values.problem("subprotocol '" + text + "' is not a single word");
        }
        return text == null ? "" : text;
    }

    private List<String> greeting() {
        List<String> greeting = values.all(GREETING);
        if (greeting.size() > MAX_GREETINGS || greeting.stream().anyMatch(text -> bytes(text) > MAX_GREETING_BYTES)) {
            values.problem("greeting exceeds " + MAX_GREETINGS + " messages of " + MAX_GREETING_BYTES + " bytes each");
            return List.of();
        }
        return greeting.stream().filter(text -> !text.isEmpty()).toList();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private Set<String> apps() {
        Set<String> apps = new HashSet<>();
        for (String path : values.words("apps")) {
            if (!path.equals(ChannelConfig.ALL) && !path.startsWith("/")) {
                values.problem("apps contains '" + path + "', which is not an app's path such as /sales");
            }
            apps.add(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
        }
        return Set.copyOf(apps);
    }

    private Set<String> origins() {
        Set<String> origins = values.words("origins");
        for (String origin : origins) {
            if (!ValueParser.ORIGIN.matcher(origin).matches()) {
                values.problem("'" + origin + "' is not an Origin such as https://portal.example.com");
            }
        }
        return origins.stream().map(o -> o.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
