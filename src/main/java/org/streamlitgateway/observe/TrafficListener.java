package org.streamlitgateway.observe;

/** Listener to requests and sessions, such as the access log. Called by the threads that serve them: must not wait. */
public interface TrafficListener {
    /** A request or handshake has ended. */
    void requestEnded(RequestObserver request);

    /** A session is open. */
    void sessionOpened(SessionObserver session);

    /** A session that was open has ended. */
    void sessionEnded(SessionObserver session);

    /** A run of a session's script has ended. */
    default void runEnded(SessionObserver session, ScriptRun run) {}
}
