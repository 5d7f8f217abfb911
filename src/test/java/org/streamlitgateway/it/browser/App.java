package org.streamlitgateway.it.browser;

import java.nio.file.Path;

/** The Streamlit apps that the tests look at. */
public enum App {
    /** What a newcomer sees first. */
    DEMO("src/demo/streamlit/app.py"),
    /** All of {@code st.context} as JSON. */
    PROBE("src/test/streamlit/probe.py"),
    /** A dataframe of 50 MB. */
    BIG("src/test/streamlit/big.py"),
    /** Channels in every place of a script. */
    CHANNELS("src/test/streamlit/channels/app.py"),
    /** The usage example of earlier WebSocket helpers, one socket per session. */
    SEED_DEDICATED("src/demo/streamlit/seed_dedicated.py"),
    /** The same for one socket that all share. */
    SEED_SHARED("src/demo/streamlit/seed_shared.py");

    private final String file;

    App(String file) {
        this.file = file;
    }

    Path path() {
        return Path.of(file);
    }
}
