package org.streamlitgateway.channel;

/** What goes to a subscriber: a message of the feed, or a notice of the gateway. */
sealed interface Item permits Message, Notice {}
