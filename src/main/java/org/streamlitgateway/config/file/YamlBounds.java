package org.streamlitgateway.config.file;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Looks through a YAML text before it is made into nodes, which takes a stack frame for each level: how deep it is, how
 * much there is, and how often it points at something that is written elsewhere.
 */
final class YamlBounds {
    private static final int MAX_DEPTH = 20;
    private static final int MAX_VALUES = 100_000;
    private static final int MAX_ALIASES = 100;

    private int depth;
    private int values;
    private int aliases;

    /**
     * Reads as far as the bounds allow.
     *
     * @throws ConfigText.UnusableException when it goes beyond one, with the line
     */
    static void check(LoadSettings settings, String text) throws ConfigText.UnusableException {
        YamlBounds bounds = new YamlBounds();
        for (Event event : new Parse(settings).parseString(text)) {
            String beyond = bounds.count(event);
            if (beyond != null) {
                int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
                throw new ConfigText.UnusableException(line, beyond);
            }
        }
    }

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
