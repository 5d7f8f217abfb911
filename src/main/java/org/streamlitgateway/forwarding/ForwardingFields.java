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
 * The one reader of what a trusted proxy says about the request that it passes on: {@code X-Forwarded-For}, {@code -Host},
 * {@code -Proto}, {@code -Port}, {@code -Prefix}, and {@code Forwarded} (RFC 7239) when none of the first three is there.
 *
 * <p>Each proxy adds what it saw at the right end, and further left stands what a client may have made up. So entries are
 * taken from the right, one for the peer and one more for each hop further left that is a trusted proxy, too. What is not
 * valid is ignored, as if the proxy had not said it. Immutable, thread-safe.
 */
final class ForwardingFields {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardingFields.class);
    private static final int LONGEST_CHAIN = 64;
    private static final int LONGEST_SHOWN = 100;
    private static final int LONGEST_PREFIX = 1024;

    /** Segments between single slashes; no coded separator or dot, and nothing that ends a cookie's attribute. */
    private static final Pattern PREFIX = Pattern.compile(
            "(?:/(?!\\.{1,2}(?:/|$))(?:[A-Za-z0-9._~!$&'()*+=:@-]|%(?!2[EeFf]|5[Cc]|[01])[0-9A-Fa-f]{2})++)++");

    private final Predicate<String> trusted;
    private final RateLimitedLog rare = new RateLimitedLog();

    /** @param trusted whether the address is a trusted proxy's */
    ForwardingFields(Predicate<String> trusted) {
        this.trusted = trusted;
    }

    /**
     * What was said; {@code null} for what was not, or not in a valid way.
     *
     * @param chain hops from the client on, without the peer; what is left of the client is the client's own claim
     * @param client where in the chain the client is; -1 for an empty chain
     * @param host the host that the browser asked for, with its port
     * @param prefix the path that was taken off, empty for none
     * @param forwarded the valid part of Forwarded, empty for none
     */
    record Said(
            List<ForwardedNode> chain,
            int client,
            String scheme,
            Authority host,
            int port,
            String prefix,
            String forwarded) {
        /** The client's address, or {@code null} when it is not known. */
        String address() {
            return client >= 0 && chain.get(client).isAddress()
                    ? chain.get(client).text()
                    : null;
        }
    }

    Said read(HttpServletRequest request, String peer) {
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
        int beyond = trustedAtTheEnd(chain);
        int client = Math.min(chain.size() - 1, Math.max(0, chain.size() - 1 - beyond));
        String scheme = standard ? proto(elements, beyond) : atHop(schemes, beyond);
        String host = standard ? host(elements, beyond) : atHop(hosts, beyond);
        return new Said(
                chain,
                client,
                scheme(scheme, peer),
                host(host, peer),
                port(atHop(values(request, "X-Forwarded-Port"), beyond), peer),
                prefix(values(request, "X-Forwarded-Prefix"), beyond, peer),
                forwarded);
    }

    /** The entries of all lines of a list, without empty ones (RFC 9110 section 5.6.1). */
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

    /** Reads the lines from the last to the first that is not valid; returns those that are. */
    private String forwarded(List<String> lines, List<ForwardedField.Element> into, String peer) {
        int first = lines.size();
        while (first > 0) {
            List<ForwardedField.Element> more = ForwardedField.parse(lines.get(first - 1));
            if (more == null || into.size() + more.size() > LONGEST_CHAIN) {
                ignored("Forwarded", lines.get(first - 1), peer);
                break;
            }
            into.addAll(0, more);
            first--;
        }
        return String.join(", ", lines.subList(first, lines.size()));
    }

    /** From the right up to the first entry that is no hop: a client may have put it there, and all that is left of it. */
    private List<ForwardedNode> chain(List<String> entries, String header, String peer) {
        List<ForwardedNode> chain = new ArrayList<>();
        for (int i = entries.size() - 1; i >= 0; i--) {
            ForwardedNode node = chain.size() == LONGEST_CHAIN ? null : ForwardedNode.parse(entries.get(i));
            if (node == null) {
                ignored(header, entries.get(i), peer);
                break;
            }
            chain.add(node);
        }
        Collections.reverse(chain);
        return chain;
    }

    /** How many hops before the peer are trusted, so that one more entry of each list is. */
    private int trustedAtTheEnd(List<ForwardedNode> chain) {
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

    /** A proxy may leave a list as it is instead of adding to it; then there are fewer entries than hops. */
    private static String atHop(List<String> list, int beyond) {
        return list.isEmpty() ? null : list.get(Math.max(0, list.size() - 1 - beyond));
    }

    private static String host(List<ForwardedField.Element> elements, int beyond) {
        return fromHop(elements, beyond).stream()
                .map(ForwardedField.Element::host)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String proto(List<ForwardedField.Element> elements, int beyond) {
        return fromHop(elements, beyond).stream()
                .map(ForwardedField.Element::proto)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static List<ForwardedField.Element> fromHop(List<ForwardedField.Element> elements, int beyond) {
        return elements.subList(Math.max(0, elements.size() - 1 - beyond), elements.size());
    }

    private String scheme(String said, String peer) {
        if (said == null) {
            return null;
        }
        return switch (said.toLowerCase(Locale.ROOT)) {
            case "http", "ws" -> "http";
            case "https", "wss" -> "https";
            default -> {
                ignored("the scheme", said, peer);
                yield null;
            }
        };
    }

    private Authority host(String said, String peer) {
        Authority host = said == null ? null : Authority.parse(said);
        if (host == null && said != null) {
            ignored("the host", said, peer);
        }
        return host;
    }

    private int port(String said, String peer) {
        int port = said == null ? Authority.NO_PORT : Authority.port(said, 0);
        if (port == 0) {
            ignored("X-Forwarded-Port", said, peer);
            return Authority.NO_PORT;
        }
        return port;
    }

    /** Each of the trusted hops may have taken off a part; the first of them the outermost. */
    private String prefix(List<String> list, int beyond, String peer) {
        StringBuilder whole = new StringBuilder();
        for (String part : list.subList(Math.max(0, list.size() - 1 - beyond), list.size())) {
            String bare = part.endsWith("/") ? part.substring(0, part.length() - 1) : part;
            boolean valid = bare.isEmpty()
                    || bare.length() <= LONGEST_PREFIX && PREFIX.matcher(bare).matches();
            if (!valid) {
                ignored("X-Forwarded-Prefix", part, peer);
                return "";
            }
            whole.append(bare);
        }
        return whole.toString();
    }

    private void ignored(String what, String value, String peer) {
        if (rare.isDue(what)) {
            LOG.warn(
                    "{} that trusted proxy {} sent is not valid and is ignored: '{}' (said at most once a minute)",
                    what,
                    peer,
                    Printable.of(value, LONGEST_SHOWN));
        }
    }
}
