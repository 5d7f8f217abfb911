package org.streamlitgateway.channel.protocol;

import java.util.Locale;

/** State of the connection to a feed. */
public enum ChannelState {
    /** The first attempt to connect is in progress. */
    CONNECTING,
    OPEN,
    /** The connection was lost, or a first attempt failed. Attempts continue. */
    RECONNECTING,
    /** No connection is needed now, or the channel was closed. */
    CLOSED;

    String protocolName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
