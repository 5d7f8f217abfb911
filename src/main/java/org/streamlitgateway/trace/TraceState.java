package org.streamlitgateway.trace;

import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Headers {@code tracestate} (W3C Trace Context section 3.3): data of other tracing systems, passed on unchanged. */
final class TraceState {
    private static final int MAX_MEMBERS = 32;

    /** Length that must be passed on; members that exceed it are left out, from the end. */
    private static final int MAX_CHARACTERS = 512;

    /** Longest headers that are read. */
    private static final int MAX_RECEIVED_CHARACTERS = 8192;

    private static final Pattern KEY =
            Pattern.compile("[a-z][a-z0-9_\\-*/]{0,255}|[a-z0-9][a-z0-9_\\-*/]{0,240}@[a-z][a-z0-9_\\-*/]{0,13}");

    /** Printable ASCII without comma and equals sign, not ending in a space. */
    private static final Pattern VALUE = Pattern.compile("[ -+\\--<>-~]{0,255}[!-+\\--<>-~]");

    private TraceState() {}

    /** Joins all lines to one value; returns an empty one if any member is not valid, or has the key of another. */
    static String join(Enumeration<String> lines) {
        StringBuilder joined = new StringBuilder();
        Set<String> keys = new LinkedHashSet<>();
        int received = 0;
        boolean full = false;
        while (lines.hasMoreElements()) {
            String line = lines.nextElement();
            received += line.length();
            if (received > MAX_RECEIVED_CHARACTERS) {
                return "";
            }
            for (String element : line.split(",")) {
                String member = withoutSpace(element);
                if (member.isEmpty()) {
                    continue; // allowed
                }
                if (!isValid(member, keys) || keys.size() > MAX_MEMBERS) {
                    return "";
                }
                full |= joined.length() + 1 + member.length() > MAX_CHARACTERS;
                if (!full) {
                    joined.append(joined.isEmpty() ? "" : ",").append(member);
                }
            }
        }
        return joined.toString();
    }

    private static boolean isValid(String member, Set<String> keys) {
        int equals = member.indexOf('=');
        return equals > 0
                && KEY.matcher(member.substring(0, equals)).matches()
                && VALUE.matcher(member.substring(equals + 1)).matches()
                && keys.add(member.substring(0, equals));
    }

    /** Strips blanks and tabs, but keeps the blanks at the begin of a value. */
    private static String withoutSpace(String element) {
        int start = 0;
        int end = element.length();
        while (start < end && isSpace(element.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(element.charAt(end - 1))) {
            end--;
        }
        return element.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
