package org.streamlitgateway.config;

/**
 * A TCP address to connect to or to listen on.
 *
 * @param host name or literal address, IPv6 without brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
    /** Returns {@code host:port}, with an IPv6 literal in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
