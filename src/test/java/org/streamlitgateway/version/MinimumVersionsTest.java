package org.streamlitgateway.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class MinimumVersionsTest {
    @ParameterizedTest
    @CsvSource({
        "jetty/12.1.11, 12.1.12",
        "jetty/12.1.0, 12.1.12",
        "jetty/12.0.37, 12.0.38",
        "Apache Tomcat/11.0.27, 11.0.29",
        "Apache Tomcat/10.1.9, 10.1.62",
        "Apache Tomcat/10.1.61, 10.1.62",
    })
    void olderContainerIsReportedWithTheVersionToUpgradeTo(String server, String safe) throws IOException {
        String warning = MinimumVersions.warning(server);

        assertTrue(warning.startsWith(server + " "), warning);
        assertTrue(warning.endsWith("upgrade it to " + safe + " or later"), warning);
        assertTrue(Files.readString(Path.of("src/docs/containers.md")).contains(safe), "not in containers.md");
        assertTrue(Files.readString(Path.of("SECURITY.md")).contains(safe), "not in SECURITY.md");
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "jetty/12.1.12",
                "jetty/12.1.100",
                "jetty/12.0.38",
                "jetty/13.0.0",
                "Apache Tomcat/11.0.29",
                "Apache Tomcat/11.1.0",
                "Apache Tomcat/10.1.62",
                "WildFly/35.0",
                "jetty/99999999999.1.1",
                "something else",
            })
    void newerOrUnknownContainerIsNot(String server) {
        assertNull(MinimumVersions.warning(server));
    }

    @Test
    void warningNamesOneCve() {
        assertEquals(1, MinimumVersions.warning("jetty/12.1.11").split("CVE-", -1).length - 1);
    }
}
