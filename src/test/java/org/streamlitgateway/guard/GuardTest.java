package org.streamlitgateway.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
    private static final Guard GUARD = new Guard(List.of(), Set.of("https://portal.example.com"));

    @ParameterizedTest
    @CsvSource({
        "http://app.example:8500, app.example:8500, true",
        "http://APP.example:8500, app.example:8500, true",
        "http://app.example, app.example:80, true",
        "https://app.example, app.example, true",
        "https://app.example:443, app.example, true",
        "http://app.example:8501, app.example:8500, false",
        "http://app.example, app.example:8500, false",
        "http://evil.example, app.example:8500, false",
        "http://app.example.evil, app.example, false",
        "http://localhost:3000, localhost:8500, false",
        "https://portal.example.com, app.example:8500, true",
        "https://PORTAL.example.com, app.example:8500, true",
        "https://portal.example.com.evil, app.example:8500, false",
        "http://[::1]:8500, [::1]:8500, true",
        "null, app.example:8500, false",
        "app.example:8500, app.example:8500, false",
    })
    void onlyTheOwnOriginAndConfiguredOnesAreAdmitted(String origin, String host, boolean admitted) {
        assertEquals(admitted, GUARD.admits(origin, client(host)));
    }

    @Test
    void withoutAnOriginItIsNoBrowser() {
        assertTrue(GUARD.admits(null, client("app.example")));
    }

    @Test
    void aStarAdmitsAll() {
        assertTrue(new Guard(List.of(), Set.of("*")).admits("http://any.example", client("app.example")));
    }

    private static Client client(String host) {
        return new Client("10.0.0.1", "10.0.0.1", "http", host, 80, "", false, "");
    }
}
