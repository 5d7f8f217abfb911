package org.streamlitgateway.forwarding;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Parser of one Forwarded header line (RFC 7239 section 4), in one pass. */
final class ForwardedField {
    /** The parameters {@code for}, {@code host} and {@code proto} of one hop; {@code null} if missing. */
    record Element(String from, String host, String proto) {}

    private static final int MAX_ELEMENTS = 64;

    private final String line;
    private int at;

    private ForwardedField(String line) {
        this.line = line;
    }

    /** Returns the elements in their order, or {@code null} if the line is malformed. */
    static List<Element> parse(String line) {
        return new ForwardedField(line).elements();
    }

    private List<Element> elements() {
        List<Element> elements = new ArrayList<>();
        while (true) {
            String[] element = new String[3];
            if (!element(element) || elements.size() == MAX_ELEMENTS) {
                return null;
            }
            if (element[0] != null || element[1] != null || element[2] != null) {
                elements.add(new Element(element[0], element[1], element[2]));
            }
            if (at == line.length()) {
                return elements;
            }
            at++; // the comma
        }
    }

    /** Parses an element up to a comma or the end. Returns false if it is malformed. */
    private boolean element(String[] into) {
        while (true) {
            skipBlanks();
            if (!isAt(';') && !isAt(',') && at < line.length() && !pair(into)) {
                return false;
            }
            skipBlanks();
            if (at == line.length() || isAt(',')) {
                return true;
            }
            if (!isAt(';')) {
                return false;
            }
            at++;
        }
    }

    private boolean pair(String[] into) {
        int start = at;
        while (at < line.length() && isToken(line.charAt(at))) {
            at++;
        }
        String name = line.substring(start, at).toLowerCase(Locale.ROOT);
        if (name.isEmpty() || !isAt('=')) {
            return false;
        }
        at++;
        String value = isAt('"') ? quoted() : plain();
        int slot = List.of("for", "host", "proto").indexOf(name);
        if (value == null || slot >= 0 && into[slot] != null) {
            return false; // a parameter must not occur twice
        }
        if (slot >= 0) {
            into[slot] = value;
        }
        return true;
    }

    /** Parses an unquoted value, which may contain more than a token: many proxies do not quote addresses with a port. */
    private String plain() {
        int start = at;
        while (at < line.length() && (isToken(line.charAt(at)) || ":[]".indexOf(line.charAt(at)) >= 0)) {
            at++;
        }
        return line.substring(start, at);
    }

    private String quoted() {
        StringBuilder text = new StringBuilder();
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                at++;
                return text.toString();
            }
            if (c == '\\' && ++at < line.length()) {
                c = line.charAt(at);
            }
            if (c < ' ' && c != '\t' || c >= 0x7f) {
                return null;
            }
            text.append(c);
        }
        return null;
    }

    private void skipBlanks() {
        while (isAt(' ') || isAt('\t')) {
            at++;
        }
    }

    private boolean isAt(char c) {
        return at < line.length() && line.charAt(at) == c;
    }

    private static boolean isToken(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
