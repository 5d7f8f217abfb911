package org.streamlitgateway.cache;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** The names that were added last, within a bound of bytes. Not thread-safe. */
final class RecentKeys {
    static final int MAX_BYTES = 512 * 1024;

    /** The string's own object and its entry, about. */
    private static final int OVERHEAD_BYTES = 120;

    private final Set<String> names = new LinkedHashSet<>();
    private int bytes;

    /** A name that alone is beyond the bound is not kept. */
    void add(String name) {
        if (size(name) > MAX_BYTES || !names.add(name)) {
            return;
        }
        bytes += size(name);
        for (Iterator<String> eldest = names.iterator(); bytes > MAX_BYTES; eldest.remove()) {
            bytes -= size(eldest.next());
        }
    }

    boolean contains(String name) {
        return names.contains(name);
    }

    /** About what is in use; characters count twice. */
    int bytes() {
        return bytes;
    }

    private static int size(String name) {
        return OVERHEAD_BYTES + 2 * name.length();
    }
}
