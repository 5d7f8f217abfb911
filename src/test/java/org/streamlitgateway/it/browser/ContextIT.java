package org.streamlitgateway.it.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code st.context}: the data about a visitor that the app sees. */
@EachPlacement
class ContextIT extends InBrowser {
    ContextIT() {
        super(new BrowserFixture(App.PROBE, Map.of("proxy-host", "0.0.0.0")));
    }

    @Test
    void hostAndOriginMatchBrowser() {
        Map<?, ?> headers = (Map<?, ?>) context(loopback()).get("headers");

        assertEquals(List.of(loopback().getAuthority()), headers.get("Host"));
        assertEquals(List.of("http://" + loopback().getAuthority()), headers.get("Origin"));
    }

    @Test
    void browserHeadersReachApp() {
        Page page = open(loopback());
        Map<?, ?> headers = (Map<?, ?>) read(page).get("headers");

        assertEquals(List.of(page.evaluate("() => navigator.userAgent")), headers.get("User-Agent"));
        assertEquals(List.of("en-US,en;q=0.9"), headers.get("Accept-Language"));
    }

    @Test
    void cookiesReachAppUnchanged() {
        Tab tab = browser.newVisitor(loopback());
        tab.page()
                .context()
                .addCookies(List.of(
                        new Cookie("flavour", "2|oat=%20x").setUrl(loopback().toString())));
        Map<?, ?> cookies = (Map<?, ?>) read(tab.open("").page()).get("cookies");

        assertEquals("2|oat=%20x", cookies.get("flavour"));
        assertEquals(
                tab.page().context().cookies().stream()
                        .filter(cookie -> cookie.name.equals("_streamlit_xsrf"))
                        .map(cookie -> cookie.value)
                        .findFirst()
                        .orElseThrow(),
                cookies.get("_streamlit_xsrf"));
    }

    @Test
    void urlMatchesBrowserIncludingPrefix() {
        // Streamlit reports the address of the root page without its trailing slash
        assertEquals(
                loopback().toString().replaceFirst("/$", ""),
                String.valueOf(context(loopback()).get("url")).replaceFirst("/$", ""));
    }

    @Test
    void loopbackVisitorHasNoAddress() {
        assertNull(context(loopback()).get("ip_address"));
    }

    @Test
    void visitorAddressIsBrowserAddress() {
        assumeFalse(placement.isDirect(), "without a gateway Streamlit is only on the loopback address");
        URI outside = at(externalAddress());

        Map<?, ?> context = context(outside);

        assertEquals(outside.getHost(), context.get("ip_address"));
        assertEquals(List.of(outside.getHost()), ((Map<?, ?>) context.get("headers")).get("X-Forwarded-For"));
    }

    @Test
    void forwardingHeadersStateBrowserAddress() {
        assumeFalse(placement.isDirect(), "only the gateway sets these headers");

        Map<?, ?> headers = (Map<?, ?>) context(loopback()).get("headers");

        assertEquals(List.of("127.0.0.1"), headers.get("X-Forwarded-For"));
        assertEquals(List.of("http"), headers.get("X-Forwarded-Proto"));
        assertEquals(List.of(loopback().getAuthority()), headers.get("X-Forwarded-Host"));
        assertEquals(List.of(String.valueOf(loopback().getPort())), headers.get("X-Forwarded-Port"));
        String prefix = placement.contextPath();
        assertEquals(prefix.equals("/") ? null : List.of(prefix), headers.get("X-Forwarded-Prefix"));
    }

    private Map<?, ?> context(URI app) {
        return read(open(app));
    }

    private Page open(URI app) {
        return browser.newVisitor(app).open("").page();
    }

    private static Map<?, ?> read(Page page) {
        return (Map<?, ?>) page.getByTestId("stText").evaluate("element => JSON.parse(element.textContent)");
    }

    private URI loopback() {
        return at("127.0.0.1");
    }

    private URI at(String host) {
        return URI.create(
                "http://" + host + ":" + browser.uri().getPort() + browser.uri().getPath());
    }

    private static String externalAddress() {
        try {
            Optional<String> address = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(candidate -> candidate instanceof Inet4Address && !candidate.isLoopbackAddress())
                    .map(candidate -> candidate.getHostAddress())
                    .findFirst();
            return address.orElseThrow(() -> new IllegalStateException(
                    "this machine has only the loopback address: ip addr add 192.0.2.1/32 dev lo"));
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
    }
}
