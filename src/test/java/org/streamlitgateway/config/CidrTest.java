package org.streamlitgateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "192.168.1.128/25, 192.168.1.127, false",
        "192.168.1.128/25, 192.168.1.129, true",
        "0.0.0.0/0, 8.8.8.8, true",
        "0.0.0.0/0, ::1, false",
        "::1, 0:0:0:0:0:0:0:1, true",
        "fd00::/8, fd12::1, true",
        "fd00::/8, fe80::1%eth0, false",
        "127.0.0.1, ::ffff:127.0.0.1, true",
        "10.0.0.0/8, not-an-address, false",
    })
    void blockContainsItsAddresses(String block, String address, boolean contained) {
        assertEquals(contained, Cidr.parse(block).orElseThrow().contains(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "10.0.0",
                "::/129",
                "1.2.3.4.5",
                "256.1.1.1",
                "999.1.1.1",
                "1.2.3.4.",
                ":",
                "."
            })
    void invalidBlockIsRefused(String text) {
        assertTrue(Cidr.parse(text).isEmpty());
    }
}
