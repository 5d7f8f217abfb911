package org.streamlitgateway.config.file;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Limits depth, number of values and number of aliases of a YAML text. Checked before the text is parsed into nodes, which
 * is recursive.
 */
final class YamlBounds {
    private static final int MAX_DEPTH = 20;
    private static final int MAX_VALUES = 100_000;
    private static final int MAX_ALIASES = 100;

    private int depth;
    private int values;
    private int aliases;

    /**
     * Checks the limits.
     *
     * @throws ConfigText.UnusableException if the text exceeds one, with the line
     */
    static void check(LoadSettings settings, String text) throws ConfigText.UnusableException {
        YamlBounds bounds = new YamlBounds();
        for (Event event : new Parse(settings).parseString(text)) {
            String violation = bounds.count(event);
            if (violation != null) {
                int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
                throw new ConfigText.UnusableException(line, violation);
            }
        }
    }

    /** Counts an event; returns the exceeded limit, or {@code null}. */
    private String count(Event event) {
        switch (event.getEventId()) {
            case MappingStart, SequenceStart -> depth++;
            case MappingEnd, SequenceEnd -> depth--;
            case Alias -> aliases++;
            default -> {}
        }
        values++;
        if (depth > MAX_DEPTH) {
            return "is nested more than " + MAX_DEPTH + " levels deep";
        }
        if (aliases > MAX_ALIASES) {
            return "has more than " + MAX_ALIASES + " aliases (*NAME)";
        }
        return values > MAX_VALUES ? "has more than " + MAX_VALUES + " values" : null;
    }
}
