package org.streamlitgateway.it.browser;

import java.nio.file.Path;

/** Streamlit apps used by the tests. */
public enum App {
    /** The first app that a new user sees. */
    DEMO("src/demo/streamlit/app.py"),
    /** Shows {@code st.context} completely, as JSON. */
    PROBE("src/test/streamlit/probe.py"),
    /** Shows a dataframe of 50 MB. */
    BIG("src/test/streamlit/big.py"),
    /** Uses channels in every place of a script. */
    CHANNELS("src/test/streamlit/channels/app.py"),
    /** The usage example of earlier WebSocket helpers, one connection per session. */
    SEED_DEDICATED("src/demo/streamlit/seed_dedicated.py"),
    /** The same with one connection shared by all sessions. */
    SEED_SHARED("src/demo/streamlit/seed_shared.py");

    private final String file;

    App(String file) {
        this.file = file;
    }

    Path path() {
        return Path.of(file);
    }
}
