package org.streamlitgateway.doctor.report;

/** Verdict of a check. */
public enum Level {
    OK("ok"),
    /** Works, but not well, or not always. */
    WARN("warn"),
    /** Visitors notice it. */
    FAIL("FAIL");

    private final String text;

    Level(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
