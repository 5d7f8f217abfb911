package org.streamlitgateway.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaTest {
    private final OverLimit overLimit = new OverLimit("limit", new ScheduledExecutorScheduler());

    @Test
    void clientGetsAtMostTheLimit() {
        Quota quota = new Quota(2, overLimit);
        Quota.Share first = quota.acquire("a");
        assertNotNull(quota.acquire("a"));
        assertNull(quota.acquire("a"));
        assertNotNull(quota.acquire("b"), "another client has its own limit");

        first.release();
        first.release();

        assertNotNull(quota.acquire("a"));
        assertNull(quota.acquire("a"), "releasing twice counts once");
    }

    @Test
    void zeroIsNoLimitAndANewLimitAppliesAtOnce() {
        Quota quota = new Quota(0, overLimit);
        for (int i = 0; i < 100; i++) {
            assertNotNull(quota.acquire("a"));
        }

        quota.setLimit(100);

        assertNull(quota.acquire("a"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3",
        "::ffff:10.1.2.3, 10.1.2.3",
        "2001:db8:1:2:3:4:5:6, 20010db800010002/64",
        "2001:DB8:1:2::9, 20010db800010002/64",
        "2001:db8:1:3::9, 20010db800010003/64",
        "fe80::1%eth0, fe80000000000000/64",
        "::1, 0000000000000000/64",
        "_hidden, _hidden",
        "unknown, unknown",
    })
    void ipv6ClientIsCountedByItsNetwork(String address, String key) {
        assertEquals(key, ClientKey.of(address));
    }

    @Test
    void longIdentifierIsTruncated() {
        assertEquals(64, ClientKey.of("x".repeat(100_000)).length());
    }
}
