/**
 * The upstream side of a channel: the connection to the feed, its reconnects, and the fan-out to subscribers.
 */
package org.streamlitgateway.channel.feed;
