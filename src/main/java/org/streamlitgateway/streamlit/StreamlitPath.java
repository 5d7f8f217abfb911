package org.streamlitgateway.streamlit;

import org.streamlitgateway.grammar.RequestGrammar;

/** Paths that Streamlit's server answers itself, below the app's base path. */
public enum StreamlitPath {
    /** Prometheus metrics, which can name users. */
    METRICS("metrics");

    private static final String FOLDER = "_stcore";

    private final String name;

    StreamlitPath(String name) {
        this.name = name;
    }

    /** Matches any spelling: any base path, empty segments, path parameters, percent-encoding. */
    public boolean matches(String rawPath) {
        boolean encoded = rawPath.indexOf('%') >= 0;
        if (!encoded && !rawPath.contains(name)) {
            return false;
        }
        String[] segments = (encoded ? RequestGrammar.decode(rawPath) : rawPath).split("[/\\\\]+");
        int last = segments.length - 1;
        return last >= 1
                && bare(segments[last]).equals(name)
                && bare(segments[last - 1]).equals(FOLDER);
    }

    private static String bare(String segment) {
        int parameters = segment.indexOf(';');
        return (parameters < 0 ? segment : segment.substring(0, parameters)).trim();
    }
}
