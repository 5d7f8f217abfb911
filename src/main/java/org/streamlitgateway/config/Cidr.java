package org.streamlitgateway.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** A block of IP addresses (RFC 4632), such as {@code 10.0.0.0/8}, {@code ::1} or {@code 192.168.1.7}. */
public final class Cidr {
    private final String text;
    private final byte[] network;
    private final int bits;

    private Cidr(String text, byte[] network, int bits) {
        this.text = text;
        this.network = network;
        this.bits = bits;
    }

    /** Empty when the text is not an address or a block; names are not resolved. */
    public static Optional<Cidr> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] bytes = literal(address);
        if (bytes.length == 0) {
            return Optional.empty();
        }
        int bits = bytes.length * 8;
        if (slash >= 0) {
            try {
                bits = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException notANumber) {
                return Optional.empty();
            }
            if (bits < 0 || bits > bytes.length * 8) {
                return Optional.empty();
            }
        }
        return Optional.of(new Cidr(text, bytes, bits));
    }

    /** Whether the literal address (a zone index is ignored) lies in this block. */
    public boolean contains(String address) {
        byte[] candidate = literal(address);
        if (candidate.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit & 7);
            if ((candidate[bit >> 3] & mask) != (network[bit >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** The bytes of a literal address; IPv4-mapped IPv6 as IPv4; an empty array for anything else. */
    private static byte[] literal(String address) {
        String bare =
                address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
        int zone = bare.indexOf('%');
        String host = zone < 0 ? bare : bare.substring(0, zone);
        boolean ipv4 = host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
        boolean ipv6 = host.indexOf(':') >= 0 && host.matches("[0-9A-Fa-f:.]+");
        if (!ipv4 && !ipv6) {
            return new byte[0];
        }
        try {
            return InetAddress.getByName(host).getAddress();
        } catch (UnknownHostException notAnAddress) {
            return new byte[0];
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
