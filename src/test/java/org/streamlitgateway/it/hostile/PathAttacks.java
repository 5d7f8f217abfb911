package org.streamlitgateway.it.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Paths that resolve to another location, and targets that are hard to parse. */
final class PathAttacks {
    private static final String DOTS = "dot segments";
    private static final String PERCENT = "odd targets";
    private static final String METRICS = "Streamlit's metrics";

    private PathAttacks() {}

    static List<Attack> all() {
        List<Attack> attacks = new ArrayList<>();
        for (String path : List.of(
                "/a/../b",
                "/a/./b",
                "/..",
                "/a/..",
                "/a/%2e%2e/b",
                "/a/%2E%2E/b",
                "/a/.%2e/b",
                "/a/..%2fb",
                "/a/..%2Fb",
                "/a/%2e%2e%2fb",
                "/a/..%5cb",
                "/a/..%5Cb",
                "/a/..\\b",
                "/a\\..\\b",
                "/a/%2f../b",
                "/a/x%2f..%2f..%2fb",
                "/a%2f..%2fb",
                "/a%5c..%5cb",
                "/a/%5c../b",
                "/..;/b",
                "/a/..;x=y/b",
                "/a/%2e%2e;x/b",
                "/a/x%2f%2e%2e",
                "/%2e%2e",
                "/.%2e/%2e./_stcore/health",
                "/a%0d%0aX-A:%20b",
                "/a%0Ab",
                "/a%00b",
                "/%7f")) {
            attacks.add(Attack.of(DOTS, "`" + path + "`", t -> t.assertRefused(t.head("GET " + path + " HTTP/1.1"))));
        }
        for (String target : List.of(
                "/?discount=50%&x=%zz",
                "/?%",
                "/?a=%u0041",
                "/?a=%c0%af",
                "/?a=%00",
                "/?a={b}|[c]^`\"<>\\",
                "/?a=b?c?d",
                "/?a=\u00e9",
                "/?" + "&".repeat(5000),
                "/?" + "%2".repeat(3000),
                "/?a=${jndi:ldap://x}",
                "/?a=%0d%0aHost:%20x")) {
            attacks.add(Attack.of(PERCENT, shown(target), t -> assertForwardedExactly(t, target)));
        }
        for (String target : List.of(
                "/100%",
                "/%zz",
                "/%u0041",
                "/%c0%af",
                "/%ff%fe",
                "/a%00b",
                "/a%0d%0ab",
                "//host/path",
                "///",
                "/a//b",
                "/;a=b/;c",
                "/a;jsessionid=1",
                "/" + "%2".repeat(3000),
                "/" + "/".repeat(20_000),
                "/\u00e9",
                "/[x]",
                "/{a}|b^c`")) {
            attacks.add(Attack.of(PERCENT, shown(target), t -> assertNoGatewayError(t, target)));
        }
        for (String target : List.of(
                "/_stcore/metrics",
                "/_stcore/metrics?a",
                "/_stcore/%6detrics",
                "/_stcore/%6Detrics",
                "/%5fstcore/metrics",
                "/_stcore%2fmetrics",
                "/_stcore/./metrics")) {
            attacks.add(Attack.of(METRICS, "`" + target + "`", t -> assertMetricsAreHidden(t, target)));
        }
        return attacks;
    }

    private static String shown(String target) {
        return "`" + (target.length() > 50 ? target.substring(0, 50) + "…" : target) + "`";
    }

    private static void assertForwardedExactly(AttackTarget t, String target) throws IOException {
        int before = t.upstream().requests(target).size();
        Answer answer = t.get(target);
        boolean refused = answer.status() >= 400 && answer.status() < 500; // containers check the query, too
        assertTrue(answer.status() == 200 || refused, answer::toString);
        if (answer.status() == 200) {
            assertEquals(before + 1, t.upstream().requests(target).size(), "Streamlit received another target");
        }
    }

    private static void assertNoGatewayError(AttackTarget t, String target) throws IOException {
        Answer answer = t.get(target);
        assertTrue(answer.status() == 200 || answer.isRefusal(), answer::toString);
    }

    /** Metrics may contain visitors' addresses. No path that Streamlit would resolve to them may reach it. */
    private static void assertMetricsAreHidden(AttackTarget t, String target) throws IOException {
        Answer answer = t.assertNotForwarded(() -> t.get(target));
        assertTrue(answer.isRefusal(), answer::toString);
    }
}
