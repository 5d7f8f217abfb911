package org.streamlitgateway.cache.header;

import java.util.Locale;

/** The content codings of stored assets (RFC 9110 section 8.4.1), the smallest result first. */
public enum ContentCoding {
    BROTLI("br"),
    GZIP("gzip"),
    IDENTITY("identity");

    /** Quality of {@code identity} when the client does not name it. */
    private static final double MIN_WEIGHT = 0.0001;

    private static final int MAX_QVALUE_LENGTH = 5;

    private final String token;

    ContentCoding(String token) {
        this.token = token;
    }

    public String token() {
        return token;
    }

    /**
     * Returns the weight that a client gives this coding (RFC 9110 section 12.5.3); 0 if it does not accept the coding.
     *
     * @param accept value of Accept-Encoding, or {@code null}
     */
    public double weight(String accept) {
        double unnamed = this == IDENTITY ? MIN_WEIGHT : 0;
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
                unnamed = this == IDENTITY && weight > 0 ? MIN_WEIGHT : weight;
            }
        }
        return unnamed;
    }

    /** Parses a qvalue (RFC 9110 section 12.4.2), 0 to 1 with up to three decimals. Returns 0 for an invalid one. */
    private static double quality(String parameter) {
        String text = parameter.trim().toLowerCase(Locale.ROOT);
        if (!text.startsWith("q=")) {
            return 1;
        }
        String value = text.substring(2).trim();
        boolean valid = !value.isEmpty()
                && value.length() <= MAX_QVALUE_LENGTH
                && (value.charAt(0) == '0' || value.charAt(0) == '1')
                && (value.length() == 1 || value.charAt(1) == '.')
                && value.chars().skip(2).allMatch(c -> c >= '0' && c <= '9');
        return valid ? Math.min(1, Double.parseDouble(value)) : 0;
    }
}
