package org.streamlitgateway.outcome;

/** A failure in few words, for the log. */
public final class FailureText {
    /** Jetty puts the state of whole connections into its messages. */
    private static final int MAX_LENGTH = 160;

    private FailureText() {}

    /** The class and message of what lies at the bottom; the class alone when the message is a dump. */
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
