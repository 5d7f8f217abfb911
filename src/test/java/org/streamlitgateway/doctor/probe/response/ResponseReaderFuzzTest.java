package org.streamlitgateway.doctor.probe.response;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.streamlitgateway.fuzz.Effort;

/** Arbitrary bytes as an HTTP response, with and without a valid status line before them. */
class ResponseReaderFuzzTest {
    private static final int MAX_BODY = 1000;

    @FuzzTest
    void anyBytesAreAResponseOrAFailure(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        read(text);
        read("HTTP/1.1 200 OK\r\n" + text);
        read("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + text);
        Effort.assertLinear(text, ResponseReaderFuzzTest::read);
    }

    private static void read(String text) {
        try {
            Response response = new ResponseReader(
                            new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)), false, MAX_BODY)
                    .read(System.nanoTime());
            assertTrue(response.text().length() <= MAX_BODY);
            assertTrue(response.status() >= 101 && response.status() <= 999);
            assertTrue(
                    response.fields().stream().noneMatch(field -> field.value().contains("\n")));
        } catch (IOException e) {
            assertTrue(e instanceof ProbeException, e::toString);
        }
    }
}
