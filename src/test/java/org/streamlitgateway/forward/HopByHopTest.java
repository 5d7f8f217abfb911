package org.streamlitgateway.forward;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HopByHopTest {
    @Test
    void whatConnectionNamesEndsHereToo() {
        Set<String> names = HopByHop.of(List.of("close, X-One", "Keep-Alive ,x-two,"));

        assertTrue(names.containsAll(Set.of("x-one", "x-two", "transfer-encoding", "te", "upgrade", "connection")));
        assertFalse(names.contains("close"));
        assertFalse(names.contains(""));
    }
}
