package org.streamlitgateway.config.reader;

import java.util.Collection;
import java.util.Comparator;

/** The name that was probably meant. */
final class NameSuggestion {
    /** Letters wrong, missing or too many in a name that was meant. */
    private static final int MAX_SLIPS = 3;

    private NameSuggestion() {}

    /** {@code ", did you mean …?"}; empty when none of the names is near. */
    static String among(Collection<String> names, String wrong) {
        return names.stream()
                .filter(name -> Math.abs(name.length() - wrong.length()) <= MAX_SLIPS)
                .filter(name -> distance(name, wrong) <= Math.min(MAX_SLIPS, name.length() / 2))
                .min(Comparator.comparingInt(name -> distance(name, wrong)))
                .map(name -> ", did you mean " + name + "?")
                .orElse("");
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = i - 1;
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
