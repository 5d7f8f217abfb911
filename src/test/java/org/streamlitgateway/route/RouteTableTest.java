package org.streamlitgateway.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
    private static final RouteTable TABLE =
            new RouteTable(List.of(new Route("", null), new Route("/a", null), new Route("/a/b", null)));

    @ParameterizedTest
    @CsvSource({"/,''", "/x,''", "/ab,''", "/a,/a", "/a/,/a", "/a/bc,/a", "/a/b,/a/b", "/a/b/c,/a/b", "/A,''"})
    void theLongestPrefixBySegmentWins(String path, String prefix) {
        assertEquals(prefix, TABLE.match(path).prefix());
    }

    @Test
    void withoutARootAppThereIsNothingOutside() {
        RouteTable table = new RouteTable(List.of(new Route("/app", null)));

        assertNull(table.match("/"));
        assertNull(table.match("/apple"));
        assertNull(table.match("/_stcore/health"));
    }
}
