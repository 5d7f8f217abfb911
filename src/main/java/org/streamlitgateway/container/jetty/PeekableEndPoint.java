package org.streamlitgateway.container.jetty;

/** End point that detects a disconnect while a request is being answered and the connection is therefore not read. */
public interface PeekableEndPoint {
    /** Whether the client has closed its side of the connection. */
    boolean isGone();
}
