package org.streamlitgateway.outcome;

/** Short text of an exception, for the log. */
public final class FailureText {
    /** Longer messages are left out: Jetty puts the state of whole connections into some. */
    private static final int MAX_LENGTH = 160;

    private FailureText() {}

    /** Returns class and message of the root cause, or the class alone if the message is too long. */
    public static String of(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String name = root.getClass().getSimpleName();
        String message = root.getMessage();
        return message == null || message.length() > MAX_LENGTH ? name : name + ": " + Printable.of(message);
    }
}
