package org.streamlitgateway.it.browser;

import java.nio.file.Path;

/** The Streamlit apps that the tests look at. */
enum App {
    /** What a newcomer sees first. */
    DEMO("src/demo/streamlit/app.py"),
    /** All of {@code st.context} as JSON. */
    PROBE("src/test/streamlit/probe.py"),
    /** A dataframe of 50 MB. */
    BIG("src/test/streamlit/big.py");

    private final String file;

    App(String file) {
        this.file = file;
    }

    Path path() {
        return Path.of(file);
    }
}
