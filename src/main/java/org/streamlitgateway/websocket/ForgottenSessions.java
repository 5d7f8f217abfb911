package org.streamlitgateway.websocket;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ids of the latest sessions that an operator has ended. Streamlit would let their browsers resume them. Bounded.
 * Thread-safe.
 */
final class ForgottenSessions {
    /** Streamlit itself forgets a session two minutes after its browser has gone. */
    private static final int MAX_SESSIONS = 10_000;

    private final Map<String, Boolean> ids = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_SESSIONS;
        }
    };

    synchronized void add(String id) {
        ids.put(id, true);
    }

    synchronized boolean contains(String id) {
        return ids.containsKey(id);
    }
}
