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

/** JSON that a script of {@code src/test/streamlit/channels} wrote in its latest run. */
record Facts(Map<String, Object> all) {
    private static final long LIMIT_SECONDS = 45;
    private static final double GLANCE_MILLIS = 40;

    /** Waits until the facts in this container of the page satisfy the predicate, and returns them. */
    static Facts await(Page page, String place, Predicate<Facts> predicate) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        Facts last = new Facts(Map.of());
        while (System.nanoTime() < deadline) {
            last = now(page, place);
            if (!last.all.isEmpty() && predicate.test(last)) {
                return last;
            }
            page.waitForTimeout(GLANCE_MILLIS);
        }
        return fail("never satisfied the condition, '" + place + "' at last: " + last.all);
    }

    static Facts awaitOpen(Page page, String place) {
        return await(page, place, facts -> facts.text("status").equals("open"));
    }

    /** Returns the facts in this container of the page; empty if there is no such container. */
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

    /** Returns the nested facts of this name. */
    @SuppressWarnings("unchecked")
    Facts of(String name) {
        return new Facts((Map<String, Object>) all.get(name));
    }

    /** Returns whether this many messages arrived, each once and in order. */
    boolean sawAll(long many) {
        return number("count") == many && is("inOrder");
    }
}
