package org.streamlitgateway.status.action;

/**
 * Result of an action.
 *
 * @param done false if it was not possible; nothing has changed then
 * @param text one sentence for the operator
 */
public record ActionResult(boolean done, String text) {
    /** Returns the result of an action that was done. */
    public static ActionResult done(String text) {
        return new ActionResult(true, text);
    }

    /** Returns the result of an action that was not possible. */
    public static ActionResult failed(String text) {
        return new ActionResult(false, text);
    }
}
