package org.streamlitgateway.websocket;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamlitgateway.upstream.Replica;

/**
 * Which relay carries which of Streamlit's sessions, as far as browsers claim it and Streamlit says so. The same id at
 * another replica, or in another app, is another session. Thread-safe; each relay is in one place at most.
 */
final class SessionIndex {
    /** Streamlit's have 36 characters. */
    private static final int MAX_ID_CHARACTERS = 128;

    private record Key(Replica replica, String id) {}

    /** Guarded by this, as is the next. */
    private final Map<Key, Set<Relay>> byKey = new HashMap<>();

    private final Map<Relay, Key> keys = new HashMap<>();

    /** One id is hardly ever at two replicas. */
    private final Map<String, Set<Key>> byId = new HashMap<>();

    /** Those of which Streamlit has said it. */
    private final Set<Relay> named = new HashSet<>();

    /** A browser has come back for this session; whether it gets it is for Streamlit to say. */
    synchronized void wanted(Relay relay, Replica replica, String id) {
        if (id.length() <= MAX_ID_CHARACTERS) {
            put(relay, new Key(replica, id));
        }
    }

    /**
     * Streamlit says that the relay carries this session.
     *
     * @return what carried it before, if the browser wanted it back: they are forgotten
     */
    synchronized List<Relay> named(Relay relay, Replica replica, String id) {
        Key key = new Key(replica, id);
        if (id.length() > MAX_ID_CHARACTERS) {
            forget(relay);
            return List.of();
        }
        if (!key.equals(keys.get(relay))) {
            forget(relay); // it has got another one than it wanted
            put(relay, key);
            named.add(relay);
            return List.of();
        }
        named.add(relay);
        List<Relay> before =
                byKey.get(key).stream().filter(other -> other != relay).toList();
        before.forEach(this::forget);
        return before;
    }

    private void put(Relay relay, Key key) {
        keys.put(relay, key);
        byKey.computeIfAbsent(key, k -> new HashSet<>()).add(relay);
        byId.computeIfAbsent(key.id(), id -> new HashSet<>()).add(key);
    }

    /** What carries a session of this id, at any replica: first those of which Streamlit says so. */
    synchronized List<Relay> holders(String id) {
        return byId.getOrDefault(id, Set.of()).stream()
                .flatMap(key -> byKey.get(key).stream())
                .sorted(Comparator.comparing((Relay relay) -> !named.contains(relay)))
                .toList();
    }

    synchronized void forget(Relay relay) {
        Key key = keys.remove(relay);
        named.remove(relay);
        if (key != null) {
            Set<Relay> others = byKey.get(key);
            others.remove(relay);
            if (others.isEmpty()) {
                byKey.remove(key);
                Set<Key> same = byId.get(key.id());
                same.remove(key);
                if (same.isEmpty()) {
                    byId.remove(key.id());
                }
            }
        }
    }
}
