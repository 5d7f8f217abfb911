package org.streamlitgateway.cache;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** The most recently added keys, bounded in bytes. Not thread-safe. */
final class RecentKeys {
    static final int MAX_BYTES = 512 * 1024;

    /** Approximate size of a key without its characters. */
    private static final int OVERHEAD_BYTES = 120;

    private final Set<String> keys = new LinkedHashSet<>();
    private int bytes;

    /** Adds a key, unless it alone exceeds the bound. Removes the oldest keys to stay within it. */
    void add(String key) {
        if (size(key) > MAX_BYTES || !keys.add(key)) {
            return;
        }
        bytes += size(key);
        for (Iterator<String> eldest = keys.iterator(); bytes > MAX_BYTES; eldest.remove()) {
            bytes -= size(eldest.next());
        }
    }

    boolean contains(String key) {
        return keys.contains(key);
    }

    /** Returns the approximate memory used, at two bytes a character. */
    int bytes() {
        return bytes;
    }

    private static int size(String key) {
        return OVERHEAD_BYTES + 2 * key.length();
    }
}
