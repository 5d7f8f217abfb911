package org.streamlitgateway.forwarding;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.Printable;
import org.streamlitgateway.outcome.RateLimitedLog;

/**
 * Reader of the forwarding headers of a trusted proxy: {@code X-Forwarded-For}, {@code -Host}, {@code -Proto},
 * {@code -Port}, {@code -Prefix}, and {@code Forwarded} (RFC 7239) if none of the first three is present.
 *
 * <p>Each proxy appends an entry at the right; entries further left may be forged by the client. Entries are therefore read
 * from the right: one for the peer, and one more for each preceding hop that is a trusted proxy. Invalid values are
 * ignored. Immutable, thread-safe.
 */
final class ForwardingFields {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardingFields.class);
    private static final int MAX_CHAIN = 64;
    private static final int MAX_LOGGED = 100;
    private static final int MAX_PREFIX_LENGTH = 1024;

    /** Segments between single slashes, without encoded separators or dots, and without characters that end a cookie attribute. */
    private static final Pattern PREFIX = Pattern.compile(
            "(?:/(?!\\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+=:@-]|%(?!2[EeFf]|5[Cc]|[01])[0-9A-Fa-f]{2})++)++");

    private final Predicate<String> trusted;
    private final RateLimitedLog warnings = new RateLimitedLog();

    /** @param trusted returns whether an address belongs to a trusted proxy */
    ForwardingFields(Predicate<String> trusted) {
        this.trusted = trusted;
    }

    /**
     * The values of the headers; {@code null} if missing or invalid.
     *
     * @param chain hops from left to right, without the peer; entries before the client are its own claims
     * @param client index of the client in the chain; -1 if the chain is empty
     * @param host the host requested by the browser, with its port
     * @param port {@link Authority#NO_PORT} if missing or invalid
     * @param prefix the stripped path prefix, or empty
     * @param forwarded the valid part of Forwarded, or empty
     */
    record Values(
            List<ForwardedNode> chain,
            int client,
            String scheme,
            Authority host,
            int port,
            String prefix,
            String forwarded) {
        /** Returns the client's address, or {@code null} if it is unknown. */
        String address() {
            return client >= 0 && chain.get(client).isAddress()
                    ? chain.get(client).text()
                    : null;
        }
    }

    Values read(HttpServletRequest request, String peer) {
        List<String> addresses = values(request, "X-Forwarded-For");
        List<String> hosts = values(request, "X-Forwarded-Host");
        List<String> schemes = values(request, "X-Forwarded-Proto");
        List<String> lines = Collections.list(request.getHeaders("Forwarded"));
        List<ForwardedField.Element> elements = new ArrayList<>();
        String forwarded = forwarded(lines, elements, peer);
        boolean standard = addresses.isEmpty() && hosts.isEmpty() && schemes.isEmpty();
        if (standard) {
            elements.forEach(element -> addresses.add(Objects.requireNonNullElse(element.from(), "unknown")));
        }
        List<ForwardedNode> chain = chain(addresses, standard ? "Forwarded" : "X-Forwarded-For", peer);
        int trustedHops = trailingTrusted(chain);
        int client = Math.min(chain.size() - 1, Math.max(0, chain.size() - 1 - trustedHops));
        String scheme = standard ? proto(elements, trustedHops) : atHop(schemes, trustedHops);
        String host = standard ? host(elements, trustedHops) : atHop(hosts, trustedHops);
        return new Values(
                chain,
                client,
                scheme(scheme, peer),
                host(host, peer),
                port(atHop(values(request, "X-Forwarded-Port"), trustedHops), peer),
                prefix(values(request, "X-Forwarded-Prefix"), trustedHops, peer),
                forwarded);
    }

    /** Returns the non-empty entries of all lines of a list header (RFC 9110 section 5.6.1). */
    private static List<String> values(HttpServletRequest request, String name) {
        List<String> values = new ArrayList<>();
        for (String line : Collections.list(request.getHeaders(name))) {
            Arrays.stream(line.split(","))
                    .map(String::trim)
                    .filter(entry -> !entry.isEmpty())
                    .forEach(values::add);
        }
        return values;
    }

    /** Parses the lines from the last one up to an invalid one. Returns the valid lines. */
    private String forwarded(List<String> lines, List<ForwardedField.Element> into, String peer) {
        int first = lines.size();
        while (first > 0) {
            List<ForwardedField.Element> parsed = ForwardedField.parse(lines.get(first - 1));
            if (parsed == null || into.size() + parsed.size() > MAX_CHAIN) {
                warnIgnored("Forwarded", lines.get(first - 1), peer);
                break;
            }
            into.addAll(0, parsed);
            first--;
        }
        return String.join(", ", lines.subList(first, lines.size()));
    }

    /** Parses the entries from the right up to an invalid one, which a client may have forged with all entries before it. */
    private List<ForwardedNode> chain(List<String> entries, String header, String peer) {
        List<ForwardedNode> chain = new ArrayList<>();
        for (int i = entries.size() - 1; i >= 0; i--) {
            ForwardedNode node = chain.size() == MAX_CHAIN ? null : ForwardedNode.parse(entries.get(i));
            if (node == null) {
                warnIgnored(header, entries.get(i), peer);
                break;
            }
            chain.add(node);
        }
        Collections.reverse(chain);
        return chain;
    }

    /** Returns how many hops before the peer are trusted proxies. Each makes one more entry of each list reliable. */
    private int trailingTrusted(List<ForwardedNode> chain) {
        int count = 0;
        while (count < chain.size()) {
            ForwardedNode node = chain.get(chain.size() - 1 - count);
            if (!node.isAddress() || !trusted.test(node.text())) {
                break;
            }
            count++;
        }
        return count;
    }

    /** Returns the entry of the first trusted hop. A list may have fewer entries than hops: not every proxy appends. */
    private static String atHop(List<String> list, int trustedHops) {
        return list.isEmpty() ? null : list.get(Math.max(0, list.size() - 1 - trustedHops));
    }

    private static String host(List<ForwardedField.Element> elements, int trustedHops) {
        return fromHop(elements, trustedHops).stream()
                .map(ForwardedField.Element::host)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String proto(List<ForwardedField.Element> elements, int trustedHops) {
        return fromHop(elements, trustedHops).stream()
                .map(ForwardedField.Element::proto)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static List<ForwardedField.Element> fromHop(List<ForwardedField.Element> elements, int trustedHops) {
        return elements.subList(Math.max(0, elements.size() - 1 - trustedHops), elements.size());
    }

    private String scheme(String value, String peer) {
        if (value == null) {
            return null;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "http", "ws" -> "http";
            case "https", "wss" -> "https";
            default -> {
                warnIgnored("scheme", value, peer);
                yield null;
            }
        };
    }

    private Authority host(String value, String peer) {
        Authority host = value == null ? null : Authority.parse(value);
        if (host == null && value != null) {
            warnIgnored("host", value, peer);
        }
        return host;
    }

    private int port(String value, String peer) {
        int port = value == null ? Authority.NO_PORT : Authority.port(value, 0);
        if (port == 0) {
            warnIgnored("X-Forwarded-Port", value, peer);
            return Authority.NO_PORT;
        }
        return port;
    }

    /** Joins the prefixes stripped by the trusted hops, the outermost first. */
    private String prefix(List<String> list, int trustedHops, String peer) {
        StringBuilder whole = new StringBuilder();
        for (String part : list.subList(Math.max(0, list.size() - 1 - trustedHops), list.size())) {
            String bare = part.endsWith("/") ? part.substring(0, part.length() - 1) : part;
            boolean valid = bare.isEmpty()
                    || bare.length() <= MAX_PREFIX_LENGTH
                            && PREFIX.matcher(bare).matches();
            if (!valid) {
                warnIgnored("X-Forwarded-Prefix", part, peer);
                return "";
            }
            whole.append(bare);
        }
        return whole.toString();
    }

    private void warnIgnored(String field, String value, String peer) {
        if (warnings.tryAcquire(field)) {
            LOG.warn(
                    "ignoring an invalid {} from trusted proxy {}: '{}' (logged at most once a minute)",
                    field,
                    peer,
                    Printable.of(value, MAX_LOGGED));
        }
    }
}
