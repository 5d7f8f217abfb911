package org.streamlitgateway.doctor.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.streamlitgateway.doctor.probe.response.Response;

/** The cookies that a browser would keep and send to the app (RFC 6265 sections 5.1.4, 5.3 and 5.4, in outline). */
final class Cookies {
    private static final int MAX_COOKIES = 50;
    private static final int MAX_LENGTH = 4096;

    private final Target target;
    private final Map<String, String> values = new LinkedHashMap<>();

    Cookies(Target target) {
        this.target = target;
    }

    /** Keeps the cookies of an answer that a browser would send again with requests for the app. */
    void keep(Response response) {
        for (String line : response.headers("set-cookie")) {
            int equals = line.indexOf('=');
            boolean isText = line.chars().allMatch(c -> c >= ' ' && c < 0x7f);
            if (equals <= 0 || !isText || line.length() > MAX_LENGTH || rejection(line) != null) {
                continue;
            }
            String name = line.substring(0, equals).trim();
            String value = line.substring(equals + 1).split(";", 2)[0].trim();
            if (values.size() < MAX_COOKIES || values.containsKey(name)) {
                values.put(name, value);
            }
        }
    }

    /** Returns why a browser would not send this cookie with requests for the app; {@code null} if it would. */
    String rejection(String line) {
        for (String part : line.split(";")) {
            String[] pair = part.trim().split("=", 2);
            String name = pair[0].trim().toLowerCase(Locale.ROOT);
            String value = pair.length < 2 ? "" : pair[1].trim();
            if (name.equals("path") && value.startsWith("/") && !covers(value)) {
                return "Path=" + value + " does not cover " + target.path();
            }
            if (name.equals("secure") && !target.isHttps() && !isLoopback()) {
                return "it is Secure, but the address is http";
            }
            if (name.equals("domain") && !coversDomain(value.toLowerCase(Locale.ROOT))) {
                return "Domain=" + value + " does not cover " + target.host();
            }
        }
        return null;
    }

    private boolean covers(String cookiePath) {
        String path = target.path();
        return path.equals(cookiePath) || path.startsWith(cookiePath.endsWith("/") ? cookiePath : cookiePath + "/");
    }

    private boolean coversDomain(String domain) {
        String bare = domain.startsWith(".") ? domain.substring(1) : domain;
        return bare.isEmpty() || target.host().equals(bare) || target.host().endsWith("." + bare);
    }

    private boolean isLoopback() {
        return target.host().equals("localhost") || target.host().startsWith("127.");
    }

    String value(String name) {
        return values.getOrDefault(name, "");
    }

    /** Returns the pairs for the Cookie header. */
    List<String> pairs() {
        return values.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.toList());
    }
}
