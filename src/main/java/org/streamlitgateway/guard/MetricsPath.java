package org.streamlitgateway.guard;

/** Knows the address of Streamlit's own metrics, which can name users. */
public final class MetricsPath {
    private MetricsPath() {}

    /** However it is written: at whatever base path, with empty segments, parameters, or coded characters. */
    public static boolean is(String rawPath) {
        boolean coded = rawPath.indexOf('%') >= 0;
        if (!coded && !rawPath.contains("metrics")) {
            return false;
        }
        String[] segments = (coded ? DotSegments.decode(rawPath) : rawPath).split("[/\\\\]+");
        int last = segments.length - 1;
        return last >= 1
                && bare(segments[last]).equals("metrics")
                && bare(segments[last - 1]).equals("_stcore");
    }

    private static String bare(String segment) {
        int parameters = segment.indexOf(';');
        return (parameters < 0 ? segment : segment.substring(0, parameters)).trim();
    }
}
