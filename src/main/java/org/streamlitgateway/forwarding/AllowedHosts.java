package org.streamlitgateway.forwarding;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The hosts under which the gateway may be asked ({@code allowed-hosts}). Immutable. */
final class AllowedHosts {
    private static final String SUBDOMAINS = "*.";

    /** What is behind the star, with its dot; or the whole name. */
    private record Pattern(String name, boolean subdomains, int port) {
        boolean matches(Authority asked, String scheme) {
            String host = withoutFinalDot(asked.host());
            return (subdomains ? host.length() > name.length() && host.endsWith(name) : host.equals(name))
                    && (port == Authority.NO_PORT || port == asked.portFor(scheme));
        }
    }

    private final boolean any;
    private final List<Pattern> patterns = new ArrayList<>();

    /** @param hosts names, {@code *.name} or {@code *}, each with or without a port; none for any host */
    AllowedHosts(Set<String> hosts) {
        any = hosts.isEmpty() || hosts.contains("*");
        for (String text : hosts) {
            boolean subdomains = text.startsWith(SUBDOMAINS);
            Authority authority = Authority.parse(subdomains ? text.substring(SUBDOMAINS.length()) : text);
            if (authority != null) {
                String name = withoutFinalDot(authority.host());
                patterns.add(new Pattern(subdomains ? "." + name : name, subdomains, authority.port()));
            }
        }
    }

    boolean include(String host, String scheme) {
        if (any) {
            return true;
        }
        Authority asked = host == null ? null : Authority.parse(host);
        return asked != null && patterns.stream().anyMatch(pattern -> pattern.matches(asked, scheme));
    }

    private static String withoutFinalDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
