package org.streamlitgateway.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors of W3C's test suite for Trace Context. */
class TraceContextTest {
    private static final String TRACE = "12345678901234567890123456789012";
    private static final String VALID = "00-" + TRACE + "-1234567890123456-00";

    private static TraceContext continued(List<String> parents, List<String> states) {
        return TraceContext.continued(Collections.enumeration(parents), Collections.enumeration(states));
    }

    private static String state(String... lines) {
        TraceContext context = continued(List.of(VALID), List.of(lines));
        assertEquals(TRACE, context.traceId(), "an invalid state does not end the trace");
        return context.state();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-12345678901234567890123456789012-1234567890123456-01",
                "00-12345678901234567890123456789012-1234567890123456-03",
                "cc-12345678901234567890123456789012-1234567890123456-01",
                "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
                " 00-12345678901234567890123456789012-1234567890123456-01",
                "\t00-12345678901234567890123456789012-1234567890123456-01",
                "00-12345678901234567890123456789012-1234567890123456-01 ",
                "\t 00-12345678901234567890123456789012-1234567890123456-01 \t",
            })
    void validParentIsContinuedWithNewSpan(String parent) {
        TraceContext context = continued(List.of(parent), List.of());

        assertEquals(TRACE, context.traceId());
        assertEquals("1234567890123456", context.parentId());
        assertNotEquals("1234567890123456", context.spanId());
        assertTrue(context.sampled());
        assertEquals("00-" + TRACE + "-" + context.spanId() + "-01", context.header());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-12345678901234567890123456789012-1234567890123456-01.",
                "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
                "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
                "ff-12345678901234567890123456789012-1234567890123456-01",
                ".0-12345678901234567890123456789012-1234567890123456-01",
                "0.-12345678901234567890123456789012-1234567890123456-01",
                "000-12345678901234567890123456789012-1234567890123456-01",
                "0000-12345678901234567890123456789012-1234567890123456-01",
                "0-12345678901234567890123456789012-1234567890123456-01",
                "00-00000000000000000000000000000000-1234567890123456-01",
                "00-.2345678901234567890123456789012-1234567890123456-01",
                "00-1234567890123456789012345678901.-1234567890123456-01",
                "00-123456789012345678901234567890123-1234567890123456-01",
                "00-1234567890123456789012345678901-1234567890123456-01",
                "00-12345678901234567890123456789012-0000000000000000-01",
                "00-12345678901234567890123456789012-.234567890123456-01",
                "00-12345678901234567890123456789012-123456789012345.-01",
                "00-12345678901234567890123456789012-12345678901234567-01",
                "00-12345678901234567890123456789012-123456789012345-01",
                "00-12345678901234567890123456789012-1234567890123456-.0",
                "00-12345678901234567890123456789012-1234567890123456-0.",
                "00-12345678901234567890123456789012-1234567890123456-001",
                "00-12345678901234567890123456789012-1234567890123456-1",
                "00-12345678901234567890123456789ABC-1234567890123456-01",
                "00-12345678901234567890123456789012-1234567890123456_01",
                "00-1234567890123456789012345678901\u0661-1234567890123456-01",
            })
    void invalidParentIsIgnored(String parent) {
        assertNull(continued(List.of(parent), List.of("foo=1")));
    }

    @Test
    void missingAndDuplicateParentsAreIgnored() {
        assertNull(continued(List.of(), List.of("foo=1")));
        assertNull(continued(List.of(VALID, VALID), List.of()));
    }

    @Test
    void validStateIsPassedOnInOrder() {
        String key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
        String value = IntStream.rangeClosed(0x20, 0x7e)
                .filter(c -> c != ',' && c != '=')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());

        assertEquals("foo=1,bar=2", state("foo=1,bar=2"));
        assertEquals("foo=1,bar=2,rojo=1,congo=2,baz=3", state("foo=1,bar=2", "rojo=1,congo=2", "baz=3"));
        assertEquals("foo=1", state("foo=1", ""));
        assertEquals("foo=1", state("", "foo=1"));
        assertEquals("foo=1,bar=2,baz=3", state("foo=1 \t , \t bar=2, \t baz=3"));
        assertEquals("foo=1", state("\t foo=1 \t"));
        assertEquals(key + "=" + value, state(key + "=" + value));
        assertEquals(key + "@a-z0-9_-*/=" + value, state(key + "@a-z0-9_-*/=" + value));
        assertEquals("z".repeat(256) + "=1", state("z".repeat(256) + "=1"));
        assertEquals(
                "t".repeat(241) + "@" + "v".repeat(14) + "=1", state("t".repeat(241) + "@" + "v".repeat(14) + "=1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "foo=1,foo=1",
                "foo=1,foo=2",
                "foo =1",
                "FOO=1",
                "foo.bar=1",
                "foo@=1,bar=2",
                "@foo=1,bar=2",
                "foo@@bar=1,bar=2",
                "foo@bar@baz=1,bar=2",
                "foo=bar=baz",
                "foo=,bar=3",
                "foo",
                "=1",
                "foo=\u00e4",
                "foo=\u0085",
            })
    void invalidStateIsDropped(String state) {
        assertEquals("", state(state));
    }

    @Test
    void statesBeyondTheLimitsAreDroppedOrCut() {
        String members = IntStream.rangeClosed(1, 32)
                .mapToObj(i -> "bar%02d=%02d".formatted(i, i))
                .collect(Collectors.joining(","));

        assertEquals(members, state(members));
        assertEquals("", state(members, "bar33=33"));
        assertEquals("", state("z".repeat(257) + "=1"));
        assertEquals("", state("t".repeat(242) + "@v=1"));
        assertEquals("", state("t@" + "v".repeat(15) + "=1"));
        assertEquals("", state("foo=" + "x".repeat(257)));
        assertEquals("foo=" + "x".repeat(256), state("foo=" + "x".repeat(256), "bar=" + "x".repeat(256), "baz=3"));
        assertEquals("", state("foo=1", ",".repeat(9000)));
    }

    @Test
    void newTracesAreDistinctAndValid() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            TraceContext context = TraceContext.begin(i % 2 == 0);
            ids.add(context.traceId());
            ids.add(context.spanId());
            TraceParent parsed = TraceParent.parse(context.header());
            assertNotNull(parsed, context::header);
            assertEquals(i % 2 == 0, parsed.sampled());
        }
        assertEquals(20_000, ids.size());
    }

    @Test
    void childIsInTheSameTraceBelowItsParent() {
        TraceContext parent = continued(List.of(VALID), List.of("foo=1"));
        TraceContext child = parent.child();

        assertEquals(TRACE, child.traceId());
        assertEquals(parent.spanId(), child.parentId());
        assertNotEquals(parent.spanId(), child.spanId());
        assertEquals("foo=1", child.state());
    }
}
