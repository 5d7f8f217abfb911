package org.streamlitgateway.doctor.probe.response;

import java.io.IOException;

/** An exchange failed before there was a valid answer. */
public final class ProbeException extends IOException {
    /** How it failed. */
    public enum Kind {
        /** The host name has no address. */
        UNKNOWN_HOST,
        /** The host refused the TCP connection, or cannot be reached. */
        REFUSED,
        /** The TCP connection was not established in time. */
        CONNECT_TIMEOUT,
        /** The TLS handshake failed: the peer speaks no TLS, or no version that this JVM accepts. */
        TLS,
        /** The certificate is not valid for this address. */
        CERTIFICATE,
        /** The peer did not answer in time. */
        TIMEOUT,
        /** The peer closed the connection without an answer. */
        CLOSED,
        /** The answer is not HTTP/1, or exceeds a bound. */
        NOT_HTTP
    }

    private final Kind kind;

    public ProbeException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
