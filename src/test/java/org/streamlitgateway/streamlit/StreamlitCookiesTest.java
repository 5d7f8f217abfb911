package org.streamlitgateway.streamlit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamlitCookiesTest {
    private static final StreamlitCookies COOKIES = new StreamlitCookies(Set.of("JSESSIONID", "JSESSIONIDSSO"));

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            value = {
                "_streamlit_user=x; Path=/; HttpOnly -> _streamlit_user=x; Path=/ctx; HttpOnly",
                "_streamlit_user=x; path=/sub -> _streamlit_user=x; path=/ctx/sub",
                "a=b; HttpOnly;Path=/ -> a=b; HttpOnly;Path=/ctx",
                "a=b; Path=/ctx/x; Secure -> a=b; Path=/ctx/x; Secure",
                "a=b; Path=/ctxual -> a=b; Path=/ctx/ctxual",
                "a=b -> a=b",
                "a=b; Path=/; path = /x -> a=b; Path=/ctx; path =/ctx/x",
                "__Host-a=b; Path=/; Secure -> __Host-a=b; Path=/; Secure",
                "a; Path=/ -> a; Path=/ctx",
                "a=b;;Path=/; -> a=b;;Path=/ctx;",
                "Path=/; Secure -> Path=/; Secure",
                "a=path=/; Max-Age=1 -> a=path=/; Max-Age=1",
                "a=b; Path=/; Max-Age=0 -> a=b; Path=/ctx; Max-Age=0",
                "_streamlit_xsrf=2|3; Path=/; SameSite=Lax -> _streamlit_xsrf=2|3; Path=/; SameSite=Lax",
            })
    void strippedPrefixIsAddedToThePath(String from, String to) {
        assertEquals(to, StreamlitCookies.withPrefix(from, "/ctx"));
    }

    @Test
    void manyPathAttributesAreParsedInLinearTime() {
        String many = "a=" + "xpath=".repeat(200_000) + "; Path=/" + ";path=/".repeat(10_000);
        assertTimeout(Duration.ofSeconds(2), () -> StreamlitCookies.withPrefix(many, "/ctx"));
    }

    @Test
    void firstOfSeveralStreamlitCookiesIsKept() {
        assertEquals(
                "_streamlit_xsrf=near; a=1; a=2; _streamlit_user=u",
                COOKIES.upstream("_streamlit_xsrf=near; a=1; a=2; _streamlit_xsrf=far; _streamlit_user=u", ""));
    }

    @Test
    void gatewayCookieIsNotForwarded() {
        assertEquals("a=1; b=2", COOKIES.upstream("a=1; streamlit_gateway_replica=x; b=2", ""));
        assertEquals("", COOKIES.upstream("streamlit_gateway_replica=x", ""));
    }

    @Test
    void nestedAppHasItsOwnCookies() {
        assertEquals(
                "_streamlit_user.7f=x; Path=/a/b",
                StreamlitCookies.browser("_streamlit_user=x; Path=/", "/a/b", "/a/b", "7f", false));
        assertEquals(
                "_streamlit_user=x; Path=/a",
                StreamlitCookies.browser("_streamlit_user=x; Path=/a", "", "/a", "", false));
        assertEquals(
                "_streamlit_session=x; Path=/a",
                StreamlitCookies.browser("_streamlit_session=x; Path=/", "", "/a", "", false));
        assertEquals("other=x; Path=/", StreamlitCookies.browser("other=x; Path=/", "", "/a", "", false));
        assertEquals(
                "_streamlit_xsrf=x; Path=/",
                StreamlitCookies.browser("_streamlit_xsrf=x; Path=/", "/a/b", "/a/b", "7f", false));
        assertEquals(
                "_streamlit_user=in; _streamlit_xsrf=t; a=1",
                COOKIES.upstream("_streamlit_user.7f=in; _streamlit_user=out; _streamlit_xsrf=t; a=1", "7f"));
    }

    @Test
    void otherCookiesAreUnchanged() {
        assertEquals("b=\"x;y\";a=1;  _streamlit_xsrf=t", COOKIES.upstream("b=\"x;y\";a=1;  _streamlit_xsrf=t", ""));
    }

    @Test
    void containerCookiesAreNotForwarded() {
        assertEquals("a=1; b=2", COOKIES.upstream("a=1; JSESSIONID=0123; b=2; JSESSIONIDSSO=4567", ""));
        assertEquals("", COOKIES.upstream("JSESSIONID=0123", "7f"));
        assertEquals("MYJSESSIONID=1", COOKIES.upstream("MYJSESSIONID=1", ""));
    }

    @Test
    void nameWithoutValueIsDropped() {
        assertEquals("a=1", COOKIES.upstream("_streamlit_user.7f; a=1", "7f"));
    }

    @Test
    void xsrfCookieIsSentFromCrossSiteFramesOfFramedApps() {
        assertEquals(
                "_streamlit_xsrf=2|3; Path=/; SameSite=None; Secure; Partitioned",
                StreamlitCookies.browser("_streamlit_xsrf=2|3; Path=/; SameSite=lax", "", "/a", "", true));
        assertEquals(
                "_streamlit_user=x; Path=/a; SameSite=lax",
                StreamlitCookies.browser("_streamlit_user=x; Path=/; SameSite=lax", "/a", "/a", "", true));
    }
}
