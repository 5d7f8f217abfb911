package org.streamlitgateway.config.reader;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Suggests the correct name for a misspelt one. */
final class NameSuggestion {
    /** Maximum number of wrong, missing or additional letters. */
    private static final int MAX_SLIPS = 3;

    private static final int MAX_NAMES = 4;

    private NameSuggestion() {}

    /**
     * Returns {@code ", did you mean …?"} with the most similar name, or else with names of which a part is similar, as in
     * {@code prot} for {@code proxy-port}; empty if there is none.
     */
    static String among(Collection<String> names, String wrong) {
        return names.stream()
                .filter(name -> isSimilar(name, wrong))
                .min(Comparator.comparingInt(name -> distance(name, wrong)))
                .or(() -> withSimilarPart(names, wrong))
                .map(name -> ", did you mean " + name + "?")
                .orElse("");
    }

    private static Optional<String> withSimilarPart(Collection<String> names, String wrong) {
        List<String> similar = names.stream()
                .filter(name -> Arrays.stream(name.split("-")).anyMatch(part -> isSimilar(part, wrong)))
                .toList();
        int last = similar.size() - 1;
        if (last < 0 || last >= MAX_NAMES) {
            return Optional.empty();
        }
        String others = String.join(", ", similar.subList(0, last));
        return Optional.of(last == 0 ? similar.get(0) : others + " or " + similar.get(last));
    }

    private static boolean isSimilar(String name, String wrong) {
        return Math.abs(name.length() - wrong.length()) <= MAX_SLIPS
                && distance(name, wrong) <= Math.min(MAX_SLIPS, name.length() / 2);
    }

    /** Returns the Levenshtein distance. */
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
