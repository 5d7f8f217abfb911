package org.streamlitgateway.channel.feed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamlitgateway.channel.protocol.Payload;

/**
 * Messages sent to a feed at the start of each connection: first the configured ones, then those of the subscribers,
 * without duplicates. Thread-safe.
 */
final class Greetings {
    /** Maximum size of all subscribers' messages together. */
    private static final int MAX_BYTES = 1 << 20;

    private static final class Entry {
        private final Payload payload;
        private int owners;

        Entry(Payload payload) {
            this.payload = payload;
        }
    }

    private final List<Payload> configured;
    /** By {@link Payload#identity()}. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private final Map<Object, List<String>> byOwner = new HashMap<>();
    /** Identities sent on the current connection. */
    private final Set<String> sent = new HashSet<>();

    private int bytes;

    Greetings(List<String> configured) {
        this.configured = configured.stream().map(Payload::text).toList();
    }

    /** Replaces the owner's messages. If they exceed the limit, the owner has none, and this returns false. */
    synchronized boolean replace(Object owner, List<Payload> payloads) {
        remove(owner);
        List<String> identities = new ArrayList<>();
        for (Payload payload : payloads) {
            String identity = payload.identity();
            identities.add(identity);
            Entry entry = entries.get(identity);
            if (entry == null) {
                entry = new Entry(payload);
                entries.put(identity, entry);
                bytes += payload.size();
            }
            entry.owners++;
        }
        byOwner.put(owner, identities);
        if (bytes > MAX_BYTES) {
            remove(owner);
            return false;
        }
        return true;
    }

    synchronized void remove(Object owner) {
        List<String> identities = byOwner.remove(owner);
        if (identities == null) {
            return;
        }
        for (String identity : identities) {
            Entry entry = entries.get(identity);
            if (--entry.owners == 0) {
                entries.remove(identity);
                bytes -= entry.payload.size();
            }
        }
    }

    /** Returns all messages, to be sent on a new connection. */
    synchronized List<Payload> forNewConnection() {
        sent.clear();
        List<Payload> all = new ArrayList<>(configured);
        all.addAll(takeUnsent());
        return all;
    }

    /** Returns the messages not yet sent on the current connection and records them as sent. */
    synchronized List<Payload> takeUnsent() {
        List<Payload> unsent = new ArrayList<>();
        entries.forEach((identity, entry) -> {
            if (sent.add(identity)) {
                unsent.add(entry.payload);
            }
        });
        return unsent;
    }
}
