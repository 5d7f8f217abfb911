package org.streamlitgateway.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
    private static final Guard GUARD = new Guard(List.of(), Set.of("https://portal.example.com"), Set.of(), false);

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
    void onlySameOriginAndConfiguredOnesAreAllowed(String origin, String host, boolean allowed) {
        assertEquals(allowed, GUARD.allowsOrigin(origin, client(host)));
    }

    @Test
    void missingOriginIsAllowed() {
        assertTrue(GUARD.allowsOrigin(null, client("app.example")));
    }

    @Test
    void starAllowsAnyOrigin() {
        assertTrue(new Guard(List.of(), Set.of("*"), Set.of(), false)
                .allowsOrigin("http://any.example", client("app.example")));
    }

    private static ClientInfo client(String host) {
        return client("http", host);
    }

    private static ClientInfo client(String scheme, String host) {
        return new ClientInfo("10.0.0.1", "10.0.0.1", "10.0.0.1", scheme, host, 80, "", false, "", false);
    }

    @ParameterizedTest
    @CsvSource({
        "https, http://app.example:8443, app.example:8443, false",
        "https, http://app.example, app.example, false",
        "https, https://app.example, app.example:443, true",
        "https, https://app.example, APP.example:443, true",
        "https, https://app.example:8443, app.example, false",
        "http, https://app.example, app.example, true",
        "http, https://app.example, app.example:80, true",
        "http, https://app.example, app.example:443, true",
        "http, https://app.example, app.example:8500, false",
        "http, ftp://app.example, app.example, false",
        "http, http://app.example@evil.example, app.example, false",
        "http, http://app.example/x, app.example, false",
        "http, http://app.example., app.example, false",
    })
    void schemeAndPortOfOriginAreCompared(String scheme, String origin, String host, boolean allowed) {
        assertEquals(allowed, GUARD.allowsOrigin(origin, client(scheme, host)));
    }

    @ParameterizedTest
    @CsvSource({"null", "vscode-webview://1a2b-3c", "capacitor://localhost", "file://", "https://portal.example"})
    void originThatIsNoWebPageIsAllowedIfConfigured(String origin) {
        Guard guard = new Guard(List.of(), Set.of(origin), Set.of(), false);

        assertTrue(guard.allowsOrigin(origin, client("app.example")));
        assertFalse(GUARD.allowsOrigin(origin, client("app.example")));
    }

    @ParameterizedTest
    @CsvSource({
        "https, https://app.example, app.example:443, app.example",
        "http, http://app.example, APP.example:80, app.example",
        "http, http://app.example:8500, App.Example:8500, app.example:8500",
        "http, http://evil.example, app.example:8500, app.example:8500",
        "http, , APP.example:8500, APP.example:8500",
    })
    void hostGetsTheSpellingOfTheOrigin(String scheme, String origin, String host, String expected) {
        assertEquals(expected, client(scheme, host).hostFor(origin));
    }

    @ParameterizedTest
    @CsvSource({
        "apps.example.com, true",
        "APPS.example.com., true",
        "apps.example.com:8500, true",
        "x.y.example.org:8443, true",
        "x.y.example.org, false",
        "example.org:8443, false",
        "notexample.org:8443, false",
        "[::1]:8500, true",
        "127.0.0.1, false",
        "evil.example, false",
        "apps.example.com@evil.example, false",
        "'', false",
    })
    void onlyAllowedHostsAreAccepted(String host, boolean allowed) {
        Set<String> hosts = Set.of("apps.example.com", "*.example.org:8443", "[::1]");
        Guard guard = new Guard(List.of(), Set.of(), hosts, false);

        assertEquals(allowed, guard.hasAllowedHost(client("https", host)));
        assertTrue(GUARD.hasAllowedHost(client("https", host)));
    }
}
