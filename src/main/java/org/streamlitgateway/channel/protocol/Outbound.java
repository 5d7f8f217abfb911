package org.streamlitgateway.channel.protocol;

/** Item sent to a subscriber: a message of the feed, or a control message of the gateway. */
public sealed interface Outbound permits Message, ControlMessage {}
