package org.streamlitgateway.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamlitgateway.config.AppConfig;

class RouteTableTest {
    private static final RouteTable TABLE = table("", "/a", "/a/b");

    private static RouteTable table(String... prefixes) {
        return new RouteTable(Arrays.stream(prefixes)
                .map(prefix -> new App(
                        new AppConfig(prefix, prefix, "", List.of(), AppConfig.Strip.AUTO, null, false),
                        prefix,
                        List.of(),
                        null,
                        new App.Stop(),
                        null,
                        false,
                        id -> null))
                .toList());
    }

    @ParameterizedTest
    @CsvSource({"/,''", "/x,''", "/ab,''", "/a,/a", "/a/,/a", "/a/bc,/a", "/a/b,/a/b", "/a/b/c,/a/b", "/A,''"})
    void longestPrefixBySegmentsWins(String path, String prefix) {
        assertEquals(prefix, TABLE.match(path).prefix());
    }

    @Test
    void pathOutsideAllPrefixesHasNoApp() {
        RouteTable table = table("/app");

        assertNull(table.match("/"));
        assertNull(table.match("/apple"));
        assertNull(table.match("/_stcore/health"));
    }
}
