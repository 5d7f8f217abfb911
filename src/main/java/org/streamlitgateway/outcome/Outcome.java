package org.streamlitgateway.outcome;

import org.slf4j.event.Level;

/**
 * Result of a request, a session or a subscription that the gateway itself answers or ends: HTTP status, WebSocket
 * close code (RFC 6455 section 7.4.1), log level and fixed text. A peer receives this text only, never the message of an
 * exception.
 */
public enum Outcome {
    // HTTP requests, WebSocket handshakes included: the client

    /** The request breaks the HTTP grammar, or has a form that the gateway does not accept. */
    BAD_REQUEST(400, 1002, Level.INFO, "The request is not valid."),
    /** The logged-in user, or the page that sent the request, lacks the permission. */
    FORBIDDEN(403, 1008, Level.INFO, "You are not allowed to do this."),
    /** No app is served under the path. */
    NOT_FOUND(404, 1008, Level.DEBUG, "There is no app at this address."),
    /** The request method is not supported for this path. */
    BAD_METHOD(405, 1002, Level.INFO, "This method is not allowed here."),
    /** The client did not send its request in time. */
    CLIENT_SLOW(408, 1008, Level.INFO, "The request took too long to arrive."),
    /** The request target exceeds the limit. */
    TARGET_TOO_LONG(414, 1009, Level.INFO, "The address is too long."),
    /** The Expect header asks for something other than 100-continue. */
    BAD_EXPECTATION(417, 1002, Level.INFO, "This expectation cannot be met."),
    /** The Host is not among the allowed hosts. */
    HOST_NOT_ALLOWED(421, 1008, Level.INFO, "The gateway does not serve this host name."),
    /** The client exceeds its number of concurrent uploads. */
    TOO_MANY_UPLOADS(429, 1013, Level.DEBUG, "Too many concurrent uploads; try again later."),
    /** The request line and headers exceed the limit. */
    HEAD_TOO_LARGE(431, 1009, Level.INFO, "The request's headers are too large."),
    /** The client disconnected before it had the whole response. */
    CLIENT_GONE(499, 1001, Level.DEBUG, "The client went away."),
    /** The method or protocol feature is not implemented. */
    NOT_IMPLEMENTED(501, 1002, Level.INFO, "The gateway does not implement this."),
    /** The version of HTTP is not supported. */
    BAD_PROTOCOL_VERSION(505, 1002, Level.INFO, "This version of HTTP is not supported."),
    /** The gateway failed unexpectedly. */
    INTERNAL(500, 1011, Level.ERROR, "The gateway failed."),
    /** The gateway is shutting down and takes no new sessions. */
    STOPPING(503, 1012, Level.DEBUG, "The gateway is stopping."),

    // HTTP requests, WebSocket handshakes included: the app

    /** No connection to the replica could be made. */
    REFUSED(502, 1011, Level.WARN, "The app is not reachable."),
    /** The connection to the replica failed after it was made. */
    LOST(502, 1011, Level.WARN, "The connection to the app was lost."),
    /** The replica did not answer in time. */
    TIMED_OUT(504, 1011, Level.WARN, "The app took too long to answer."),
    /** An operator has stopped the app, or taken all its replicas out of service. */
    MAINTENANCE(503, 1012, Level.DEBUG, "The app is closed for maintenance."),
    /** The app's processes are starting. */
    STARTING(503, 1013, Level.DEBUG, "The app is being started."),
    /** The app's process ended and is being restarted. */
    RESTARTING(503, 1013, Level.DEBUG, "The app ended and is being restarted."),
    /** The app's process exceeded its memory limit and is being restarted. */
    OVER_MEMORY(503, 1013, Level.DEBUG, "The app exceeded its memory limit and is being restarted."),
    /** The app's process could not be started, or never became healthy. */
    NOT_STARTED(
            503,
            1013,
            Level.DEBUG,
            "The app could not be started. Please tell its operator; the reason is in the gateway's log."),
    /** The app's process ended too often in a row and is not restarted. */
    ENDED_TOO_OFTEN(
            503,
            1013,
            Level.DEBUG,
            "The app ended too often. Please tell its operator; the reason is in the gateway's log."),
    /** The app's process exceeded its memory limit too often in a row and is not restarted. */
    OVER_MEMORY_TOO_OFTEN(
            503,
            1013,
            Level.DEBUG,
            "The app exceeded its memory limit too often. Please tell its operator; see the gateway's log."),

    // WebSocket handshakes

    /** The handshake lacks a required header, or has an invalid one. */
    BAD_HANDSHAKE(400, 1002, Level.INFO, "This is not a valid WebSocket handshake."),
    /** The client speaks another version of the WebSocket protocol. */
    BAD_VERSION(426, 1002, Level.INFO, "Only WebSocket version 13 is supported."),
    /** The Origin is not among the allowed origins. */
    ORIGIN_NOT_ALLOWED(403, 1008, Level.WARN, "This origin may not open a WebSocket here."),
    /** A header exceeds the limit of Streamlit's server. */
    HEADER_TOO_LARGE(431, 1009, Level.WARN, "A request header is too large for the app."),
    /** The client exceeds its number of sessions. */
    TOO_MANY_SESSIONS(503, 1013, Level.DEBUG, "Too many sessions of one client; try again later."),
    /** The handshake waited too long for its turn, since many others are in progress. */
    TOO_MANY_HANDSHAKES(503, 1013, Level.DEBUG, "Too many browsers are connecting to the app; try again."),

    // Open WebSockets

    /** A frame breaks RFC 6455. */
    BAD_FRAME(400, 1002, Level.INFO, "A WebSocket frame was not valid."),
    /** A text message is not UTF-8. */
    BAD_TEXT(400, 1007, Level.INFO, "A text message was not UTF-8."),
    /** A message exceeds the limit. */
    MESSAGE_TOO_LARGE(413, 1009, Level.INFO, "The message is larger than allowed."),
    /** A peer has not read pending data for the stall timeout. */
    STALLED(408, 1008, Level.INFO, "The peer stopped reading."),
    /** A peer did not answer a ping in time. */
    SILENT(408, 1001, Level.INFO, "The peer did not answer pings."),
    /** The browser resumed the session on a newer connection. */
    RESUMED(409, 1001, Level.DEBUG, "The session was resumed on another connection."),
    /** The replica was removed or drained; the browser reconnects to another one. */
    MOVED(503, 1012, Level.DEBUG, "The app has moved; reconnect."),

    /** An operator has ended the session or all of a user's; the browser may open a new one. */
    ENDED_BY_ADMIN(403, 1008, Level.DEBUG, "An operator has ended this session."),

    // Channels

    /** The subscriber or the gateway closed the connection in an orderly way. */
    NORMAL_CLOSURE(200, 1000, Level.DEBUG, "Closed normally."),
    /** No channel of this name exists for the app. */
    NO_CHANNEL(404, 1008, Level.DEBUG, "There is no channel at this address."),
    /** A subscriber sent a message that the channel protocol does not define. */
    NOT_UNDERSTOOD(400, 1008, Level.INFO, "Message not understood."),
    /** The same subscriber subscribed again on another connection. */
    TAKEN_OVER(409, 4001, Level.DEBUG, "The subscription continues on another connection."),
    /** The subscriber's outbox is full. */
    BEHIND(503, 1013, Level.INFO, "Too far behind; reconnect and resume."),
    /** The channel, or the client, has its maximum number of subscribers. */
    TOO_MANY_SUBSCRIBERS(429, 1013, Level.INFO, "There are too many subscribers; try again later."),
    /** The client exceeds its rate of sends. */
    TOO_MANY_SENDS(429, 1013, Level.INFO, "Too many messages in too short a time; slow down.");

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

    /** Returns the HTTP status to send while the response is not committed. */
    public int status() {
        return status;
    }

    /** Returns the WebSocket close code. */
    public int closeCode() {
        return closeCode;
    }

    /** Returns the level at which the cause is worth logging. */
    public Level level() {
        return level;
    }

    /** Returns one ASCII sentence for a response body or a close reason (under 123 bytes). */
    public String text() {
        return text;
    }
}
