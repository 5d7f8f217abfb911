package org.streamlitgateway.doctor.probe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.ProbeException.Kind;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.doctor.probe.response.ResponseReader;

/**
 * Sends requests as a browser with the app's page open would: with its headers and the cookies received so far. Each
 * exchange has a connection of its own. Used by one thread.
 */
public final class Browser {
    /** Bytes of an answer's body that are kept. */
    private static final int MAX_BODY = 64 << 10;

    private static final int KEY_BYTES = 16;
    private static final String XSRF = "_streamlit_xsrf";

    /** The token that Streamlit's page sends as long as it has no cookie. */
    private static final String NO_TOKEN = "PLACEHOLDER_AUTH_TOKEN";

    private final Target target;
    private final Cookies cookies;

    public Browser(Target target) {
        this.target = target;
        cookies = new Cookies(target);
    }

    public Target target() {
        return target;
    }

    /** Returns the value of Streamlit's XSRF cookie, or an empty string. */
    public String xsrf() {
        return cookies.value(XSRF);
    }

    /** Returns why a browser would not send this cookie back to the app; {@code null} if it would. */
    public String rejection(String setCookie) {
        return cookies.rejection(setCookie);
    }

    /**
     * Sends a GET.
     *
     * @param path path and query
     * @param lines additional header lines
     */
    public Response get(String path, String... lines) throws ProbeException {
        return send("GET", path, new byte[0], lines);
    }

    /** Sends a request, and keeps the cookies of the answer. */
    public Response send(String method, String path, byte[] body, String... lines) throws ProbeException {
        return send(method, path, body, MAX_BODY, lines);
    }

    /** Sends a GET, and keeps this many bytes of the answer's body. */
    public Response fetch(String path, int maxBody, String... lines) throws ProbeException {
        return send("GET", path, new byte[0], maxBody, lines);
    }

    /** Sends a GET, and returns when the first byte of the answer's body has arrived. */
    public Response beginning(String path, String... lines) throws ProbeException {
        return send("GET", path, new byte[0], ResponseReader.BEGINNING, lines);
    }

    private Response send(String method, String path, byte[] body, int maxBody, String... lines) throws ProbeException {
        List<String> all = new ArrayList<>(List.of("Accept: */*"));
        if (body.length > 0) {
            all.add("Origin: " + target.origin());
            all.add("Content-Length: " + body.length);
        }
        all.addAll(Arrays.asList(lines));
        try (Connection connection = Connection.open(target)) {
            Response response = connection.exchange(head(method, path, all), body, maxBody);
            cookies.keep(response);
            return response;
        }
    }

    /**
     * Requests a WebSocket to Streamlit as its page does, but for compression, which is not offered.
     *
     * @param path path of the socket
     * @param origin the Origin; empty for none
     * @param session id of the session to resume, or empty
     * @param lines additional header lines
     */
    public WebSocket.Answer dial(String path, String origin, String session, String... lines) throws ProbeException {
        byte[] random = new byte[KEY_BYTES];
        ThreadLocalRandom.current().nextBytes(random);
        String token = xsrf().isEmpty() ? NO_TOKEN : xsrf();
        String key = Base64.getEncoder().encodeToString(random);
        List<String> all = new ArrayList<>(List.of(
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + key,
                "Sec-WebSocket-Protocol: streamlit, " + token + (session.isEmpty() ? "" : ", " + session)));
        if (!origin.isEmpty()) {
            all.add("Origin: " + origin);
        }
        all.addAll(Arrays.asList(lines));
        Connection connection = Connection.open(target);
        try {
            Response response = connection.exchange(head("GET", path, all), new byte[0], MAX_BODY);
            cookies.keep(response);
            if (response.status() != 101) {
                connection.close();
                return new WebSocket.Answer(response, null);
            }
            if (!response.header("sec-websocket-accept").equals(acceptOf(key))) {
                throw new ProbeException(Kind.NOT_HTTP, "the answer has a wrong Sec-WebSocket-Accept");
            }
            return new WebSocket.Answer(response, new WebSocket(connection));
        } catch (ProbeException e) {
            connection.close();
            throw e;
        }
    }

    /** Returns the only valid answer to a key (RFC 6455 section 4.2.2). */
    private static String acceptOf(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-1", e);
        }
    }

    private String head(String method, String path, List<String> lines) {
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<String> pairs = cookies.pairs();
        List<String> order = new ArrayList<>(List.of(
                "Host: " + target.authority(),
                "User-Agent: Mozilla/5.0 (compatible; streamlit-gateway doctor)",
                "Accept-Language: en"));
        order.addAll(lines);
        order.addAll(target.headerLines());
        for (String line : order) {
            String name = line.substring(0, line.indexOf(':')).trim();
            String value = line.substring(line.indexOf(':') + 1).trim();
            if (name.toLowerCase(Locale.ROOT).equals("cookie")) {
                pairs.add(value);
            } else {
                fields.put(name, value);
            }
        }
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        fields.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (!pairs.isEmpty()) {
            head.append("Cookie: ").append(String.join("; ", pairs)).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    /** Returns a cookie line that makes the whole Cookie header this long, together with the cookies received so far. */
    public String cookieOfLength(int length) {
        int other = String.join("; ", cookies.pairs()).getBytes(StandardCharsets.ISO_8859_1).length;
        return "Cookie: doctor=" + "x".repeat(Math.max(1, length - other - 2 - "doctor=".length()));
    }
}
