package org.streamlitgateway.channel.protocol;

/** What goes to a subscriber: a message of the feed, or a notice of the gateway. */
public sealed interface Outbound permits Message, ControlMessage {}
