package org.streamlitgateway.streamlit;

import org.streamlitgateway.grammar.RequestGrammar;

/** Paths below the app's base path that Streamlit's server itself handles. */
public enum StreamlitPath {
    /** Prometheus metrics, which can contain user names. */
    METRICS("metrics");

    private static final String FOLDER = "_stcore";

    private final String name;

    StreamlitPath(String name) {
        this.name = name;
    }

    /** Tests a raw path in any spelling: any base path, empty segments, path parameters, percent-encoding. */
    public boolean matches(String rawPath) {
        boolean encoded = rawPath.indexOf('%') >= 0;
        if (!encoded && !rawPath.contains(name)) {
            return false;
        }
        String[] segments = (encoded ? RequestGrammar.decode(rawPath) : rawPath).split("[/\\\\]+");
        int last = segments.length - 1;
        return last >= 1
                && withoutParameters(segments[last]).equals(name)
                && withoutParameters(segments[last - 1]).equals(FOLDER);
    }

    private static String withoutParameters(String segment) {
        int parameters = segment.indexOf(';');
        return (parameters < 0 ? segment : segment.substring(0, parameters)).trim();
    }
}
