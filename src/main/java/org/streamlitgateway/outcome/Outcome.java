package org.streamlitgateway.outcome;

import org.slf4j.event.Level;

/**
 * Who ended an exchange or a session, and what each side is told: the HTTP status, the WebSocket close code
 * (RFC 6455 section 7.4.1), the level at which the cause is logged, and the fixed text. Peers are never told more
 * than this text.
 */
public enum Outcome {
    REFUSED(502, 1011, Level.WARN, "The app is not reachable."),
    LOST(502, 1011, Level.WARN, "The connection to the app was lost."),
    TIMED_OUT(504, 1011, Level.WARN, "The app took too long to answer."),
    CLIENT_GONE(499, 1001, Level.DEBUG, "The client went away."),
    CLIENT_SLOW(408, 1008, Level.INFO, "The request took too long to arrive."),
    STALLED(408, 1008, Level.INFO, "A peer took nothing of what was sent."),
    SILENT(408, 1001, Level.INFO, "The peer did not answer pings."),
    RESUMED(409, 1001, Level.DEBUG, "The session was resumed on another connection."),
    MOVED(503, 1012, Level.DEBUG, "The app has moved; come back."),
    STARTING(503, 1013, Level.DEBUG, "The app is being started."),
    RESTARTING(503, 1013, Level.DEBUG, "The app ended and is being started again."),
    TOO_LARGE(503, 1013, Level.DEBUG, "The app took more memory than it may have and is being started again."),
    NOT_STARTED(503, 1013, Level.DEBUG, "The app could not be started; the log says why."),
    GIVEN_UP(503, 1013, Level.DEBUG, "The app ended too often and is not started again; the log says why."),
    TOO_LARGE_TOO_OFTEN(
            503,
            1013,
            Level.DEBUG,
            "The app took more memory than it may have too often and is not started again; the log says why."),
    STOPPING(503, 1012, Level.DEBUG, "The gateway is stopping."),
    ORIGIN(403, 1008, Level.WARN, "This origin may not open a WebSocket here."),
    HEADER_TOO_LARGE(431, 1009, Level.WARN, "A request header is too large for the app."),
    MESSAGE_TOO_LARGE(413, 1009, Level.INFO, "The message is larger than allowed."),
    CROWDED(503, 1013, Level.DEBUG, "Too many browsers are connecting to the app; come back."),
    BAD_HANDSHAKE(400, 1002, Level.INFO, "This is not a valid WebSocket handshake."),
    BAD_VERSION(426, 1002, Level.INFO, "Only WebSocket version 13 is spoken here."),
    TOO_MANY_UPLOADS(429, 1013, Level.DEBUG, "Too many uploads at a time; try again later."),
    TOO_MANY_SESSIONS(503, 1013, Level.DEBUG, "Too many sessions of one client; try again later."),
    BAD_FRAME(400, 1002, Level.INFO, "A WebSocket frame was not valid."),
    BAD_TEXT(400, 1007, Level.INFO, "A text message was not UTF-8."),
    BAD_REQUEST(400, 1002, Level.INFO, "The request is not valid."),
    BAD_METHOD(405, 1002, Level.INFO, "This method is not allowed here."),
    BAD_EXPECTATION(417, 1002, Level.INFO, "This expectation cannot be met."),
    BAD_PROTOCOL_VERSION(505, 1002, Level.INFO, "This version of HTTP is not spoken here."),
    TARGET_TOO_LONG(414, 1009, Level.INFO, "The address is too long."),
    HEAD_TOO_LARGE(431, 1009, Level.INFO, "The request's head is too large."),
    NOT_IMPLEMENTED(501, 1002, Level.INFO, "The gateway does not implement this."),
    HOST(421, 1008, Level.INFO, "The gateway is not asked by this name."),
    NOT_FOUND(404, 1008, Level.DEBUG, "There is no app at this address."),
    NO_CHANNEL(404, 1008, Level.DEBUG, "There is no channel at this address."),
    FORBIDDEN(403, 1008, Level.INFO, "You may not do this here."),
    BEHIND(503, 1013, Level.INFO, "Too far behind; come back and resume."),
    TOO_MANY_SUBSCRIBERS(429, 1013, Level.INFO, "There are too many subscribers; come back later."),
    TOO_MANY_SENDS(429, 1013, Level.INFO, "Too many messages in too short a time; slow down."),
    GOOD_BYE(200, 1000, Level.DEBUG, "Good bye."),
    TAKEN_OVER(409, 4001, Level.DEBUG, "The subscription went on on another connection."),
    NOT_UNDERSTOOD(400, 1008, Level.INFO, "This message is not understood here."),
    INTERNAL(500, 1011, Level.ERROR, "The gateway failed.");

    private final int status;
    private final int closeCode;
    private final Level level;
    private final String text;

    Outcome(int status, int closeCode, Level level, String text) {
        this.status = status;
        this.closeCode = closeCode;
        this.level = level;
        this.text = text;
    }

    /** HTTP status, when nothing has been sent yet. */
    public int status() {
        return status;
    }

    /** WebSocket close code. */
    public int closeCode() {
        return closeCode;
    }

    public Level level() {
        return level;
    }

    /** One sentence, fit for a response body or a close reason (under 123 bytes). */
    public String text() {
        return text;
    }
}
