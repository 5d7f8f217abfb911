package org.streamlitgateway.cache.header;

import java.util.Locale;

/** The content codings that an asset is kept in (RFC 9110 section 8.4.1), the one that saves most first. */
public enum ContentCoding {
    BROTLI("br"),
    GZIP("gzip"),
    IDENTITY("identity");

    /** What a client that accepts codings at all thinks of none: the last choice. */
    private static final double LEAST = 0.0001;

    private static final int LONGEST_QVALUE = 5;

    private final String token;

    ContentCoding(String token) {
        this.token = token;
    }

    public String token() {
        return token;
    }

    /**
     * The weight that a client gives this coding (RFC 9110 section 12.5.3); 0 when it does not take it.
     *
     * @param accept value of Accept-Encoding, or {@code null}
     */
    public double weight(String accept) {
        double unnamed = this == IDENTITY ? LEAST : 0;
        if (accept == null) {
            return unnamed;
        }
        for (String element : accept.split(",")) {
            int semicolon = element.indexOf(';');
            String name = (semicolon < 0 ? element : element.substring(0, semicolon))
                    .trim()
                    .toLowerCase(Locale.ROOT);
            double weight = semicolon < 0 ? 1 : quality(element.substring(semicolon + 1));
            if (name.equals(token) || name.equals("x-gzip") && this == GZIP) {
                return weight;
            }
            if (name.equals("*")) {
                unnamed = this == IDENTITY && weight > 0 ? LEAST : weight;
            }
        }
        return unnamed;
    }

    /** A qvalue (RFC 9110 section 12.4.2): 0 to 1 with up to three decimals; 0 for anything else behind {@code q=}. */
    private static double quality(String parameter) {
        String text = parameter.trim().toLowerCase(Locale.ROOT);
        if (!text.startsWith("q=")) {
            return 1;
        }
        String value = text.substring(2).trim();
        boolean valid = !value.isEmpty()
                && value.length() <= LONGEST_QVALUE
                && (value.charAt(0) == '0' || value.charAt(0) == '1')
                && (value.length() == 1 || value.charAt(1) == '.')
                && value.chars().skip(2).allMatch(c -> c >= '0' && c <= '9');
        return valid ? Math.min(1, Double.parseDouble(value)) : 0;
    }
}
