package org.streamlitgateway.assembly;

/** A connection that can be asked whether its client has left, while nobody reads it because a request is being answered. */
interface Watched {
    boolean isGone();
}
