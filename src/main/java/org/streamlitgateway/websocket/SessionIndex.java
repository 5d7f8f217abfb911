package org.streamlitgateway.websocket;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamlitgateway.upstream.Replica;

/**
 * Index of relays by Streamlit session, as claimed by browsers and confirmed by Streamlit's messages. An id identifies
 * a session of one replica; the same id at another replica is another session. A relay has at most one session.
 * Thread-safe.
 */
final class SessionIndex {
    /** Limit of a session id, which clients choose; Streamlit's ids are UUIDs. */
    private static final int MAX_ID_CHARACTERS = 128;

    private record Key(Replica replica, String id) {}

    // all guarded by this

    private final Map<Key, Set<Relay>> byKey = new HashMap<>();

    private final Map<Relay, Key> keys = new HashMap<>();

    /** Keys by session id; nearly always one. */
    private final Map<String, Set<Key>> byId = new HashMap<>();

    /** Relays whose session Streamlit has confirmed. */
    private final Set<Relay> confirmed = new HashSet<>();

    /** Adds a relay whose browser asks to resume this session. Streamlit decides whether it may. */
    synchronized void claimed(Relay relay, Replica replica, String id) {
        if (id.length() <= MAX_ID_CHARACTERS) {
            put(relay, new Key(replica, id));
        }
    }

    /**
     * Records that Streamlit has named this as the relay's session. If the browser had claimed the session, it is
     * resumed: removes the relays that carried it before.
     *
     * @return the removed relays
     */
    synchronized List<Relay> confirmed(Relay relay, Replica replica, String id) {
        Key key = new Key(replica, id);
        if (id.length() > MAX_ID_CHARACTERS) {
            remove(relay);
            return List.of();
        }
        if (!key.equals(keys.get(relay))) {
            remove(relay); // Streamlit started a session other than the claimed one
            put(relay, key);
            confirmed.add(relay);
            return List.of();
        }
        confirmed.add(relay);
        List<Relay> previous =
                byKey.get(key).stream().filter(other -> other != relay).toList();
        previous.forEach(this::remove);
        return previous;
    }

    private void put(Relay relay, Key key) {
        keys.put(relay, key);
        byKey.computeIfAbsent(key, k -> new HashSet<>()).add(relay);
        byId.computeIfAbsent(key.id(), id -> new HashSet<>()).add(key);
    }

    /** Returns the relays of sessions with this id at all replicas, confirmed ones first. */
    synchronized List<Relay> holders(String id) {
        return byId.getOrDefault(id, Set.of()).stream()
                .flatMap(key -> byKey.get(key).stream())
                .sorted(Comparator.comparing((Relay relay) -> !confirmed.contains(relay)))
                .toList();
    }

    synchronized void remove(Relay relay) {
        Key key = keys.remove(relay);
        confirmed.remove(relay);
        if (key != null) {
            Set<Relay> remaining = byKey.get(key);
            remaining.remove(relay);
            if (remaining.isEmpty()) {
                byKey.remove(key);
                Set<Key> sameId = byId.get(key.id());
                sameId.remove(key);
                if (sameId.isEmpty()) {
                    byId.remove(key.id());
                }
            }
        }
    }
}
