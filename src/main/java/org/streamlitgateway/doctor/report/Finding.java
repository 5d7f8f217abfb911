package org.streamlitgateway.doctor.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.streamlitgateway.outcome.Printable;

/**
 * Result of one check. All texts may quote what a server sent; they are made safe for a terminal here.
 *
 * @param check name of the check, which stays the same over versions
 * @param hop where the cause is, such as {@code nginx}; empty if nothing is wrong or it is not known
 * @param seen what was seen
 * @param why why it matters; empty if nothing is wrong
 * @param mend how to mend it; empty if nothing is wrong
 */
public record Finding(Level level, String check, String hop, String seen, String why, String mend) {
    private static final int MAX_CHARACTERS = 1000;

    /** Bounds and escapes the texts. */
    public Finding {
        hop = Printable.of(hop, MAX_CHARACTERS);
        seen = Printable.of(seen, MAX_CHARACTERS);
        why = Printable.of(why, MAX_CHARACTERS);
        mend = Printable.of(mend, MAX_CHARACTERS);
    }

    /** Returns a finding of a check that found nothing wrong. */
    public static Finding ok(String check, String seen) {
        return new Finding(Level.OK, check, "", seen, "", "");
    }

    /** Returns the same finding with more about where the cause is. */
    Finding comparedBy(String comparison) {
        return new Finding(level, check, hop, seen + " (" + comparison + ")", why, mend);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("check", check);
        json.put("level", level.name().toLowerCase(Locale.ROOT));
        json.put("hop", hop);
        json.put("seen", seen);
        json.put("why", why);
        json.put("mend", mend);
        return json;
    }

    /** Returns the line of the report. */
    @Override
    public String toString() {
        return String.format("%-4s  %s: ", level, check)
                + Stream.of(seen, why, mend).filter(text -> !text.isEmpty()).collect(Collectors.joining("; "));
    }
}
