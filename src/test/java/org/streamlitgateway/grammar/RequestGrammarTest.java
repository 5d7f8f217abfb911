package org.streamlitgateway.grammar;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestGrammarTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..",
                "/.",
                "/a/.%2E/",
                "/%2e",
                "/a%2f..",
                "/a%5C..%5cb",
                "/%e0%80%ae%e0%80%ae/",
                "/%f0%80%80%ae./",
                "/%c0%2e%c0%2e%c0%af",
                "/%25252e./a",
                "/..%20/a",
                "/..%00/a",
                "/.%09",
                "/a;x/../b",
                "\\..\\a"
            })
    void dotSegmentIsFound(String path) {
        assertTrue(DotSegments.in(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/", "/a.b/c..d", "/.well-known/x", "/...", "/a/..b", "/a/b..", "/static/js/index.CY8-2.js", "/a%2Fb",
                "/%E0%A4%B8.", "/a%25b", "/a%", "/a%2", "/a%zz.", "/a;../b", "/caf%C3%A9/.x", "/%20./"
            })
    void otherPathHasNoDotSegment(String path) {
        assertFalse(DotSegments.in(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "a:1", "A.example:65535", "127.0.0.1:80", "[::1]", "[::1]:8501", "my_app", "xn--a%20b"})
    void validAuthorityIsAccepted(String authority) {
        assertTrue(HostGrammar.isValid(authority));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "a:",
                "a:b",
                "a:65536",
                "a:+1",
                "u@a",
                "a b",
                "a/b",
                "a,b",
                "a\\b",
                "a?b",
                "::1",
                "[::1",
                "[]",
                "[g::]",
                "[::1]x",
                "a:1:2",
                "\u00e4",
                "a\"",
                "a#b",
                "[::1%25eth0]"
            })
    void invalidAuthorityIsRejected(String authority) {
        assertFalse(HostGrammar.isValid(authority));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G T", "G:T", "G\tT", "G/T", "\u00e4", "G\u0000", "(", "G,T"})
    void invalidMethodIsRejected(String method) {
        assertFalse(RequestGrammar.isToken(method));
        assertTrue(RequestGrammar.isToken("M-SEARCH"));
    }
}
