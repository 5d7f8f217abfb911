package org.streamlitgateway.accesslog;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * NCSA combined format: {@code client - user [date] "request" status bytes "referer" "user agent"}. A session ends with the
 * line of a request with the method {@code SESSION}, whose bytes are those sent to the browser; what else is known is in the
 * place of the referer, which handshakes do not have.
 */
final class CombinedFormat implements Format {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final DateTimeFormatter date = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());
    private final Redaction redaction;
    private long lastSecond = Long.MIN_VALUE;
    private String lastDate = "";

    CombinedFormat(Redaction redaction) {
        this.redaction = redaction;
    }

    @Override
    public void append(StringBuilder out, Entry entry) {
        if (entry instanceof Entry.Request request) {
            append(out, request);
        } else if (entry instanceof Entry.Session session) {
            append(out, session);
        }
    }

    private void append(StringBuilder out, Entry.Request request) {
        Entry.Source source = request.source();
        begin(out, source, request.started());
        LineText.token(out, source.head().method());
        out.append(' ');
        target(out, source);
        out.append(' ');
        LineText.token(out, source.head().protocol());
        out.append("\" ").append(request.status()).append(' ').append(request.sent());
        out.append(" \"");
        optional(out, redaction.referer(source.head()));
        end(out, source);
    }

    private void append(StringBuilder out, Entry.Session session) {
        Entry.Source source = session.source();
        begin(out, source, session.ended());
        out.append("SESSION ");
        target(out, source);
        out.append(" WEBSOCKET\" ").append(SWITCHING_PROTOCOLS).append(' ').append(session.bytesDown());
        out.append(" \"session.close outcome=").append(session.end().outcome());
        out.append(" by=").append(session.end().by().name().toLowerCase(Locale.ROOT));
        out.append(" codes=").append(session.end().browserCode());
        out.append('/').append(session.end().streamlitCode());
        out.append(" opened=").append(session.opening().name().toLowerCase(Locale.ROOT));
        Format.millis(out.append(" ms="), session.nanos());
        out.append(" up=").append(session.messagesUp()).append('/').append(session.bytesUp());
        out.append(" down=").append(session.messagesDown()).append('/').append(session.bytesDown());
        out.append(" reruns=").append(session.reruns());
        out.append(" p95=").append(session.p95Millis() < 0 ? "-" : Long.toString(session.p95Millis()));
        out.append(" exceptions=").append(session.exceptions());
        out.append(" session=").append(session.id() == null ? "-" : redaction.session(session.id()));
        end(out, source);
    }

    private void begin(StringBuilder out, Entry.Source source, Instant time) {
        LineText.token(out, source.client() == null ? source.head().peer() : source.client());
        LineText.token(out.append(" - "), redaction.user(source.user()));
        out.append(" [").append(date(time)).append("] \"");
    }

    private void target(StringBuilder out, Entry.Source source) {
        LineText.token(out, redaction.path(source.head()));
        String query = redaction.query(source.head());
        if (query != null && !query.isEmpty()) {
            LineText.token(out.append('?'), query);
        }
    }

    private static void end(StringBuilder out, Entry.Source source) {
        out.append("\" \"");
        optional(out, source.head().userAgent());
        out.append('"');
    }

    private static void optional(StringBuilder out, String text) {
        if (text == null || text.isEmpty()) {
            out.append('-');
        } else {
            LineText.quoted(out, text);
        }
    }

    private String date(Instant time) {
        if (time.getEpochSecond() != lastSecond) {
            lastSecond = time.getEpochSecond();
            lastDate = date.format(time);
        }
        return lastDate;
    }
}
