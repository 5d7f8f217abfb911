package org.streamlitgateway.it.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Attacks and results: {@code target/hostile.tsv} line by line, {@code target/hostile.md} as a table. Results of
 * earlier runs in the same build directory for other gateways are kept.
 */
final class AttackResults {
    private static final Path TARGET = Path.of(System.getProperty("project.build.directory", "target"));
    private static final Path LINES = TARGET.resolve("hostile.tsv");
    private static final Path TABLE = TARGET.resolve("hostile.md");
    private static final int COLUMNS = 4;

    private final String where;
    private final List<String> rows = new ArrayList<>();

    /** @param where the attacked gateway */
    AttackResults(String where) {
        this.where = where;
    }

    void record(Attack attack, boolean withstood) {
        rows.add(String.join("\t", attack.kind(), attack.sentence(), where, withstood ? "withstood" : "fell"));
    }

    /** Writes both files and returns the table. */
    String write() {
        try {
            List<String> lines = new ArrayList<>(Files.exists(LINES) ? Files.readAllLines(LINES) : List.of());
            lines.removeIf(line -> line.contains("\t" + where + "\t"));
            lines.addAll(rows);
            Files.write(LINES, lines);
            String table = table(lines);
            Files.writeString(TABLE, table);
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String table(List<String> lines) {
        Map<String, String[]> latest = new LinkedHashMap<>();
        for (String line : lines) {
            String[] row = line.split("\t");
            if (row.length == COLUMNS) {
                latest.put(row[0] + "\t" + row[1] + "\t" + row[2], row);
            }
        }
        Map<String, Map<String, int[]>> kinds = new LinkedHashMap<>();
        TreeSet<String> places = new TreeSet<>();
        for (String[] row : latest.values()) {
            places.add(row[2]);
            int[] count = kinds.computeIfAbsent(row[0], kind -> new LinkedHashMap<>())
                    .computeIfAbsent(row[2], place -> new int[2]);
            count[0]++;
            count[1] += row[3].equals("withstood") ? 1 : 0;
        }
        StringBuilder table = new StringBuilder("| kind | ");
        places.forEach(
                place -> table.append(place).append(": tried | ").append(place).append(": withstood | "));
        table.append("\n|---").append("|---:|---:".repeat(places.size())).append("|\n");
        Map<String, int[]> totals = new LinkedHashMap<>();
        kinds.forEach((kind, byPlace) -> {
            table.append("| ").append(kind).append(" | ");
            for (String place : places) {
                int[] count = byPlace.get(place);
                cell(table, count);
                if (count != null) {
                    int[] total = totals.computeIfAbsent(place, p -> new int[2]);
                    total[0] += count[0];
                    total[1] += count[1];
                }
            }
            table.append('\n');
        });
        table.append("| **all** | ");
        places.forEach(place -> cell(table, totals.get(place)));
        return table.append('\n').toString();
    }

    private static void cell(StringBuilder table, int[] count) {
        if (count == null) {
            table.append("| | ");
        } else {
            String withstood = count[0] == count[1] ? "" + count[1] : "**" + count[1] + "**";
            table.append(count[0]).append(" | ").append(withstood).append(" | ");
        }
    }
}
