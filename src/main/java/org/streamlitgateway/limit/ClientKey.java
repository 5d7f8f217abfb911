package org.streamlitgateway.limit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;

/** Key under which a client is counted. */
public final class ClientKey {
    /** Length of an IPv6 network prefix, in bytes: one client may use a whole /64 network (RFC 6177). */
    private static final int NETWORK_BYTES = 8;

    /** Maximum length of a key. A proxy may report an identifier instead of an address (RFC 7239 section 6.3). */
    private static final int MAX_CHARACTERS = 64;

    private ClientKey() {}

    /** Returns the key of an address: an IPv4 address, or the /64 network of an IPv6 address. */
    public static String of(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES) + "/64"
                : address.getHostAddress();
    }

    /** Returns the key of an address in text form; any other text is its own key. Looks up no names. */
    public static String of(String address) {
        int zone = address.indexOf('%');
        String bare = zone < 0 ? address : address.substring(0, zone);
        if (bare.indexOf(':') >= 0 && bare.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
            try {
                return of(InetAddress.getByName(bare)); // maps an IPv4-mapped address to IPv4
            } catch (UnknownHostException notAnAddress) {
                // counted as text
            }
        }
        return address.length() <= MAX_CHARACTERS ? address : address.substring(0, MAX_CHARACTERS);
    }
}
