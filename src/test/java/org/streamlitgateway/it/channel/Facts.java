package org.streamlitgateway.it.channel;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.jr.ob.JSON;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a script of {@code src/test/streamlit/channels} wrote in its latest run. */
record Facts(Map<String, Object> all) {
    private static final long LIMIT_SECONDS = 45;
    private static final double GLANCE_MILLIS = 40;

    /** The facts in this place of the page, once they are as wanted. */
    static Facts await(Page page, String place, Predicate<Facts> wanted) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        Facts last = new Facts(Map.of());
        while (System.nanoTime() < deadline) {
            last = now(page, place);
            if (!last.all.isEmpty() && wanted.test(last)) {
                return last;
            }
            page.waitForTimeout(GLANCE_MILLIS);
        }
        return fail("never as wanted, '" + place + "' at last: " + last.all);
    }

    static Facts awaitOpen(Page page, String place) {
        return await(page, place, facts -> facts.text("status").equals("open"));
    }

    /** The facts in this place; empty when there is no such place. */
    static Facts now(Page page, String place) {
        Object text = page.evaluate(
                "place => document.querySelector(`.st-key-${place} [data-testid=stText]`)?.innerText ?? ''", place);
        try {
            return new Facts(text.equals("") ? Map.of() : JSON.std.mapFrom((String) text));
        } catch (IOException | PlaywrightException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    long number(String name) {
        return ((Number) all.get(name)).longValue();
    }

    String text(String name) {
        return String.valueOf(all.get(name));
    }

    boolean is(String name) {
        return Boolean.TRUE.equals(all.get(name));
    }

    List<?> list(String name) {
        return (List<?>) all.get(name);
    }

    /** The facts of one of several. */
    @SuppressWarnings("unchecked")
    Facts of(String name) {
        return new Facts((Map<String, Object>) all.get(name));
    }

    /** Whether so many came, each once and in order. */
    boolean sawAll(long many) {
        return number("count") == many && is("inOrder");
    }
}
