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

/** Makes a channel of its options, wherever they stand. A problem never quotes the value of a header or a greeting. */
final class ChannelParser {
    /** The option that every channel has. */
    static final String ADDRESS = "address";

    static final String GREETING = "greeting";
    static final String HEADER = "header.";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private static final int MOST_MESSAGES = 10_000_000;
    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_SUBSCRIBERS = 1_000_000;
    private static final int MOST_SENDS = 1_000_000;
    /** What a subscriber's connection may gather for one message; a frame for the feed is no larger either. */
    private static final long MOST_MESSAGE_BYTES = 16 << 20;

    private static final int MOST_GREETINGS = 100;
    private static final int MOST_GREETING_BYTES = 64 * 1024;

    /** The handshake's own, which the client makes. */
    private static final Set<String> OWN_HEADERS = Set.of(
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

    /** One channel from its options by name, {@link #ADDRESS} among them. */
    static ChannelConfig read(String where, String name, Map<String, List<String>> options, List<Problem> problems) {
        return new ChannelParser(new ChannelOptions(where + " " + name, options, problems)).read(name);
    }

    private ChannelConfig read(String name) {
        if (!NAME.matcher(name).matches()) {
            values.problem("is not a channel's name: letters, digits and -_. only");
        }
        URI address = address();
        ChannelConfig.Mode mode = values.oneOf("mode", ChannelConfig.Mode.values(), ChannelConfig.Mode.SHARED);
        ChannelConfig otherwise = ChannelConfig.of(name, address, mode);
        boolean eager = values.flag("eager", false);
        if (eager && mode == ChannelConfig.Mode.DEDICATED) {
            values.problem("eager has no use with mode=dedicated, whose sockets belong to subscribers");
        }
        ChannelConfig config = new ChannelConfig(
                name,
                mode,
                eager,
                values.time("linger", otherwise.linger()),
                new ChannelConfig.Upstream(
                        address,
                        headers(),
                        subprotocol(),
                        values.time("retry-least", otherwise.upstream().retryLeast()),
                        values.time("retry-most", otherwise.upstream().retryMost()),
                        greeting()),
                limits(otherwise.limits()),
                quota(otherwise.quota()),
                access());
        values.left().forEach(key -> values.problem("there is no option " + key));
        return config;
    }

    private Limits limits(Limits otherwise) {
        return new Limits(
                values.number("history", "messages", 0, MOST_MESSAGES, otherwise.history()),
                values.size("history-bytes", 0, MOST_BYTES, otherwise.historyBytes()),
                values.number("outbox", "messages", 1, MOST_MESSAGES, otherwise.outbox()),
                values.size("outbox-bytes", 1, MOST_BYTES, otherwise.outboxBytes()),
                values.oneOf("slow", ChannelConfig.Slow.values(), otherwise.slow()));
    }

    private Quota quota(Quota otherwise) {
        int subscribers = values.number("max-subscribers", "subscribers", 1, MOST_SUBSCRIBERS, otherwise.subscribers());
        return new Quota(
                subscribers,
                values.number(
                        "max-subscribers-per-client",
                        "subscribers",
                        1,
                        MOST_SUBSCRIBERS,
                        Math.min(subscribers, otherwise.subscribersPerClient())),
                values.number("max-sends-per-second", "sends", 1, MOST_SENDS, otherwise.sendsPerSecond()),
                (int) values.size("max-message-bytes", 1, MOST_MESSAGE_BYTES, otherwise.messageBytes()));
    }

    private ChannelConfig.Access access() {
        Set<String> senders = values.words("senders");
        return new ChannelConfig.Access(
                apps(), values.words("users"), senders, values.flag("send", !senders.isEmpty()), origins());
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
            // reported below, without the address: it may hold a secret
        }
        values.problem("has no usable address; give ws://host:port/path or wss://…,"
                + " and a log-in as header.Authorization=…");
        return URI.create("ws://localhost/");
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String key : values.left()) {
            if (!key.startsWith(HEADER)) {
                continue;
            }
            String header = key.substring(HEADER.length());
            String text = values.text(key);
            String value = text == null ? "" : text;
            if (!TOKEN.matcher(header).matches() || OWN_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
                values.problem("'" + header + "' is not a header that can be set");
            } else if (value.chars().anyMatch(c -> c < ' ' && c != '\t' || c > 0xff || c == 0x7f)) {
                values.problem("the value of header " + header + " cannot be sent");
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
        if (greeting.size() > MOST_GREETINGS || greeting.stream().anyMatch(text -> bytes(text) > MOST_GREETING_BYTES)) {
            values.problem("greeting is longer than " + MOST_GREETINGS + " messages of " + MOST_GREETING_BYTES
                    + " bytes each");
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
                values.problem("apps names '" + path + "', which is not an app's path such as /sales");
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
