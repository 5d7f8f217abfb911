package org.streamlitgateway.container.jetty;

/** A connection that can be asked whether its client has left, while nobody reads it because a request is being answered. */
public interface PeekableEndPoint {
    boolean isGone();
}
