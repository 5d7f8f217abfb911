package org.streamlitgateway;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The log of the executable WAR: java.util.logging on standard error, one line a record. */
final class Logs {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OWN = Logger.getLogger("org.streamlitgateway");

    /** Jetty warns of each invalid authority that a client sends; the client is refused all the same. */
    private static final Logger AUTHORITIES = Logger.getLogger("org.eclipse.jetty.util.HostPort");

    private static final Logger STREAMLIT = Logger.getLogger("streamlit"); // held here, or its level would be forgotten

    private Logs() {}

    /** The level counts for the gateway and for Streamlit's output; libraries speak from WARN on, or at TRACE. */
    static void configure(String level) {
        LogManager.getLogManager().reset();
        Handler console = new ConsoleHandler();
        console.setLevel(Level.ALL);
        console.setFormatter(new Line());
        ROOT.addHandler(console);
        ROOT.setLevel(level.equals("TRACE") ? Level.FINE : level.equals("ERROR") ? Level.SEVERE : Level.WARNING);
        OWN.setLevel(julLevel(level));
        STREAMLIT.setLevel(julLevel(level));
        AUTHORITIES.setLevel(Level.SEVERE);
    }

    private static Level julLevel(String level) {
        return switch (level) {
            case "ERROR" -> Level.SEVERE;
            case "WARN" -> Level.WARNING;
            case "DEBUG" -> Level.FINE;
            case "TRACE" -> Level.FINEST;
            default -> Level.INFO;
        };
    }

    /** {@code 2026-11-21 22:40:01.123 INFO  bridge.Bridge  text}. */
    private static final class Line extends Formatter {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

        @Override
        public String format(LogRecord record) {
            StringWriter line = new StringWriter();
            String name = record.getLoggerName() == null ? "" : record.getLoggerName();
            line.append(TIME.format(record.getInstant()))
                    .append(String.format(" %-5s ", levelName(record.getLevel())))
                    .append(name.replaceFirst("^org\\.streamlitgateway\\.", ""))
                    .append("  ")
                    .append(formatMessage(record))
                    .append('\n');
            if (record.getThrown() != null) {
                record.getThrown().printStackTrace(new PrintWriter(line, true));
            }
            return line.toString();
        }

        private static String levelName(Level level) {
            int value = level.intValue();
            return value >= 1000
                    ? "ERROR"
                    : value >= 900 ? "WARN" : value >= 800 ? "INFO" : value >= 500 ? "DEBUG" : "TRACE";
        }
    }
}
