package org.streamlitgateway.streamlit.message;

/**
 * Receiver of what the messages of one session say about its script. The thread that reads the browser's messages calls
 * {@link #rerunRequested}; the one that reads Streamlit's calls all others, but both call {@link #unknownMessage}.
 */
public interface ScriptListener {
    /** How a run of the script ended. */
    enum RunStatus {
        FINISHED,
        COMPILE_ERROR,
        /** Another run took its place, by the user or by {@code st.rerun}. */
        SUPERSEDED
    }

    /** Facts about a session that Streamlit tells. */
    enum Fact {
        SESSION_ID,
        STREAMLIT_VERSION,
        PYTHON_VERSION
    }

    /** The browser asked for a run: of a fragment or the whole script, by the user or a timer. */
    void rerunRequested(boolean fragment, boolean auto);

    /** A run has begun: of fragments or the whole script. */
    void runStarted(boolean fragment);

    /** Streamlit sent an element or a container. */
    void elementSent();

    /** Streamlit sent an element that shows an exception, uncaught or by {@code st.exception}; warnings do not count. */
    void exceptionShown();

    /** A run has ended. */
    void runFinished(RunStatus status);

    /** Streamlit told a fact; called for each run, so the text must be compared before it is kept. */
    void told(Fact fact, byte[] utf8, int length);

    /** Streamlit named a page. Called for the first run of a session, and when the pages may have changed. */
    void pageNamed(String hash, String path);

    /** The run that starts is one of the page with this hash. */
    void pageShown(byte[] hash, int length);

    /** The message has a kind, or a status, that is not known. */
    void unknownMessage();
}
