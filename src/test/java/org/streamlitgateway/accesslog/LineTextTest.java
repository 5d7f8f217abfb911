package org.streamlitgateway.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Escaping of text that attackers chose. */
class LineTextTest {
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder();
        LineText.quoted(out, text);
        return out.toString();
    }

    private static String token(String text) {
        StringBuilder out = new StringBuilder();
        LineText.token(out, text);
        return out.toString();
    }

    private static String json(String text) {
        StringBuilder out = new StringBuilder();
        LineText.json(out, text);
        return out.toString();
    }

    @Test
    void plainTextStaysAsItIs() {
        assertEquals("Mozilla/5.0 (X11; Linux) Žluťoučký 😀", quoted("Mozilla/5.0 (X11; Linux) Žluťoučký 😀"));
        assertEquals("\"a b\"", json("a b"));
        assertEquals("-", token(""));
        assertEquals("-", token(null));
    }

    @Test
    void linesTerminalsAndQuotesAreEscaped() {
        assertEquals("a\\x0d\\x0ab", quoted("a\r\nb"));
        assertEquals("\\x1b[31m\\x7f\\x85\\x9b", quoted("\u001b[31m\u007f\u0085\u009b"));
        assertEquals("\\x22\\x5c", quoted("\"\\"));
        assertEquals("\\u2028\\u2029\\u202e\\ufeff", quoted("\u2028\u2029\u202e\ufeff"));
        assertEquals("\\udb40\\udc41", quoted("\udb40\udc41"));
        assertEquals("\\ud800x\\udc00", quoted("\ud800x\udc00"));
        assertEquals("a\\x20b\\u00a0c\\u3000d", token("a b\u00a0c\u3000d"));
    }

    @Test
    void jsonIsValidAndOneLineForEveryCharacter() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= 0x2fff; c++) {
            all.append((char) c);
        }
        all.append("\ufeff\uffff😀\udb40\udc41");
        String json = json(all.toString());

        assertEquals(all.toString(), JSON.std.beanFrom(String.class, json));
        assertTrue(json.chars().noneMatch(c -> c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029), json);
        assertEquals("\"\\ufffdx\\ufffd\"".replace("\\ufffd", "\ufffd"), json("\ud800x\udc00"));
    }
}
