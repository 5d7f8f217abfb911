package org.streamlitgateway.headers;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HopByHopHeadersTest {
    @Test
    void headersListedInConnectionAreHopByHop() {
        Set<String> names = HopByHopHeaders.of(List.of("close, X-One", "Keep-Alive ,x-two,"));

        assertTrue(names.containsAll(Set.of("x-one", "x-two", "transfer-encoding", "te", "upgrade", "connection")));
        assertFalse(names.contains("close"));
        assertFalse(names.contains(""));
    }
}
