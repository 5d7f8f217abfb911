package org.streamlitgateway.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** A block of IP addresses (RFC 4632), such as {@code 10.0.0.0/8}, {@code ::1} or {@code 192.168.1.7}. */
public final class Cidr {
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d|0\\d\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f.]*+:[0-9A-Fa-f:.]*+");
    private static final int MAX_ADDRESS_LENGTH = 45;

    private final String text;
    private final byte[] network;
    private final int bits;

    private Cidr(String text, byte[] network, int bits) {
        this.text = text;
        this.network = network;
        this.bits = bits;
    }

    /** Parses an address or a block; returns empty for anything else. Host names are not resolved. */
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

    /** Returns whether the literal address is in this block; a zone index is ignored. */
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

    /** Returns the bytes of a literal address, IPv4-mapped IPv6 as IPv4; an empty array for anything else. */
    private static byte[] literal(String address) {
        String bare =
                address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
        int zone = bare.indexOf('%');
        String host = zone < 0 ? bare : bare.substring(0, zone);
        if (host.length() > MAX_ADDRESS_LENGTH
                || !IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
            return new byte[0]; // getByName would ask a name server
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
