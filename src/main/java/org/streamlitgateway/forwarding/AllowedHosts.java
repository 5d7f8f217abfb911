package org.streamlitgateway.forwarding;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The values of Host that the gateway accepts ({@code allowed-hosts}). Immutable. */
final class AllowedHosts {
    private static final String SUBDOMAINS = "*.";

    /**
     * One allowed host.
     *
     * @param name the whole name; with {@code subdomains}, the part after the star, with its dot
     */
    private record Pattern(String name, boolean subdomains, int port) {
        boolean matches(Authority requested, String scheme) {
            String host = withoutTrailingDot(requested.host());
            return (subdomains ? host.length() > name.length() && host.endsWith(name) : host.equals(name))
                    && (port == Authority.NO_PORT || port == requested.portFor(scheme));
        }
    }

    private final boolean any;
    private final List<Pattern> patterns = new ArrayList<>();

    /** @param hosts names, {@code *.name} or {@code *}, each with or without a port; empty to allow any host */
    AllowedHosts(Set<String> hosts) {
        any = hosts.isEmpty() || hosts.contains("*");
        for (String text : hosts) {
            boolean subdomains = text.startsWith(SUBDOMAINS);
            Authority authority = Authority.parse(subdomains ? text.substring(SUBDOMAINS.length()) : text);
            if (authority != null) {
                String name = withoutTrailingDot(authority.host());
                patterns.add(new Pattern(subdomains ? "." + name : name, subdomains, authority.port()));
            }
        }
    }

    boolean contains(String host, String scheme) {
        if (any) {
            return true;
        }
        Authority requested = host == null ? null : Authority.parse(host);
        return requested != null && patterns.stream().anyMatch(pattern -> pattern.matches(requested, scheme));
    }

    private static String withoutTrailingDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
