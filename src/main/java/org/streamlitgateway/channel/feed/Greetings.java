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
 * What a feed is told first on each connection: what the configuration says, then what subscribers say, each message
 * once. Thread-safe.
 */
final class Greetings {
    /** Of all that subscribers say. */
    private static final int MAX_BYTES = 1 << 20;

    private static final class Shared {
        private final Payload payload;
        private int users;

        Shared(Payload payload) {
            this.payload = payload;
        }
    }

    private final List<Payload> configured;
    /** By {@link Payload#identity()}. */
    private final Map<String, Shared> distinct = new LinkedHashMap<>();

    private final Map<Object, List<String>> byOwner = new HashMap<>();
    /** On the present connection. */
    private final Set<String> said = new HashSet<>();

    private int bytes;

    Greetings(List<String> configured) {
        this.configured = configured.stream().map(Payload::text).toList();
    }

    /** Replaces what the owner says; false, and it says nothing, when that is too much. */
    synchronized boolean set(Object owner, List<Payload> payloads) {
        forget(owner);
        List<String> identities = new ArrayList<>();
        for (Payload payload : payloads) {
            String identity = payload.identity();
            identities.add(identity);
            Shared shared = distinct.get(identity);
            if (shared == null) {
                shared = new Shared(payload);
                distinct.put(identity, shared);
                bytes += payload.size();
            }
            shared.users++;
        }
        byOwner.put(owner, identities);
        if (bytes > MAX_BYTES) {
            forget(owner);
            return false;
        }
        return true;
    }

    synchronized void forget(Object owner) {
        List<String> identities = byOwner.remove(owner);
        if (identities == null) {
            return;
        }
        for (String identity : identities) {
            Shared shared = distinct.get(identity);
            if (--shared.users == 0) {
                distinct.remove(identity);
                bytes -= shared.payload.size();
            }
        }
    }

    /** All that a new connection is told. */
    synchronized List<Payload> begin() {
        said.clear();
        List<Payload> all = new ArrayList<>(configured);
        all.addAll(unsaid());
        return all;
    }

    /** What the present connection has not been told; counts as told from now on. */
    synchronized List<Payload> unsaid() {
        List<Payload> unsaid = new ArrayList<>();
        distinct.forEach((identity, shared) -> {
            if (said.add(identity)) {
                unsaid.add(shared.payload);
            }
        });
        return unsaid;
    }
}
