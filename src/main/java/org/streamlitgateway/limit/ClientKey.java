package org.streamlitgateway.limit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;

/** Under which name a client is counted. */
public final class ClientKey {
    /** One IPv6 client has 2^64 addresses to choose from (RFC 6177). */
    private static final int NETWORK_BYTES = 8;

    /** What a proxy names need not be an address (RFC 7239 section 6.3); the longest address has 45 characters. */
    private static final int MAX_CHARACTERS = 64;

    private ClientKey() {}

    /** The address itself, or its network of 64 bits if it is IPv6. */
    public static String of(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES) + "/64"
                : address.getHostAddress();
    }

    /** The same of an address in letters; other words count as they are. No name is looked up. */
    public static String of(String address) {
        int zone = address.indexOf('%');
        String bare = zone < 0 ? address : address.substring(0, zone);
        if (bare.indexOf(':') >= 0 && bare.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
            try {
                return of(InetAddress.getByName(bare)); // IPv4 within IPv6 becomes IPv4
            } catch (UnknownHostException notAnAddress) {
                // a word like any other
            }
        }
        return address.length() <= MAX_CHARACTERS ? address : address.substring(0, MAX_CHARACTERS);
    }
}
