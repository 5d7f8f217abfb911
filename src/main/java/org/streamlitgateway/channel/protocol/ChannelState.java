package org.streamlitgateway.channel.protocol;

import java.util.Locale;

/** How the socket to a feed is. */
public enum ChannelState {
    /** Being dialled for the first time. */
    CONNECTING,
    OPEN,
    /** Lost, or never reached; dialled again and again. */
    RECONNECTING,
    /** Not wanted at present, or closed for good. */
    CLOSED;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
