package org.streamlitgateway.status.page;

import java.util.List;

/** Line of the last hour as inline SVG, in the colour of its text. */
final class Sparkline {
    private static final int STEP = 4;
    private static final int HEIGHT = 48;

    /** Space above and below the line, for its stroke. */
    private static final int MARGIN = 3;

    private Sparkline() {}

    /**
     * Returns the line of these values, the oldest first.
     *
     * @param description for people who cannot see it; from inside
     */
    static String svg(List<Long> values, String description) {
        long max = Math.max(1, values.stream().mapToLong(Long::longValue).max().orElse(0));
        int width = Math.max(1, values.size() - 1) * STEP;
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            long y = HEIGHT - MARGIN - Math.round(values.get(i) * (double) (HEIGHT - 2 * MARGIN) / max);
            points.append(i == 0 ? "" : " ").append(i * STEP).append(',').append(y);
        }
        return "<svg viewBox=\"0 0 " + width + ' ' + HEIGHT
                + "\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\""
                + description + "\"><polygon points=\"0," + HEIGHT + ' ' + points + ' ' + width + ',' + HEIGHT
                + "\"/><polyline points=\"" + points + "\"/></svg>";
    }
}
