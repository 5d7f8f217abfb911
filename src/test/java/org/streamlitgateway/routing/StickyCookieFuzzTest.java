package org.streamlitgateway.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.mockito.Mockito.mock;

import com.code_intelligence.jazzer.junit.FuzzTest;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.streamlitgateway.forwarding.ClientInfo;
import org.streamlitgateway.fuzz.Effort;

/** Arbitrary text as Cookie header: a cookie is valid only with a signature, and other cookies do not hide a valid one. */
class StickyCookieFuzzTest {
    private static final StickyCookie COOKIES = new StickyCookie("0123456789abcdef0123456789abcdef");
    private static final String LINE = COOKIES.line("/app", "vvvvvvvvvvvv", "127.0.0.1:8501", mock(ClientInfo.class));
    private static final String SIGNED = LINE.substring(0, LINE.indexOf(';'));

    @FuzzTest
    void onlySignedCookieIsAccepted(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        if (!text.contains(SIGNED)) {
            assertNull(COOKIES.read(requestWith(text), "/app"));
            assertNull(COOKIES.read(requestWith(text + "; " + SIGNED), "/other"));
            assertEquals(
                    "vvvvvvvvvvvv",
                    COOKIES.read(requestWith(text + "; " + SIGNED), "/app").visitor());
            Effort.assertLinear(text, cookies -> COOKIES.read(requestWith(cookies), "/app"));
        }
    }

    private static HttpServletRequest requestWith(String cookies) {
        return (HttpServletRequest) Proxy.newProxyInstance(
                StickyCookieFuzzTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getHeaders" -> Collections.enumeration(List.of(cookies));
                    case "getHeader" -> cookies;
                    case "isSecure" -> false;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
