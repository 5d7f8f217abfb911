/**
 * Feeds that pages subscribe to by name, at {@code <base>/_gateway/channels/NAME}: as WebSocket, as event stream, or by POST.
 * {@code src/docs/channels.md} specifies the protocol.
 *
 * <p>Path of a message: {@code FeedConnection} reads it, {@link org.streamlitgateway.channel.feed.Feed} numbers and encodes
 * it once and appends it to the {@link org.streamlitgateway.channel.protocol.History}, {@code Fanout} wakes the
 * subscribers, and each {@link org.streamlitgateway.channel.feed.Subscriber} writes what it has not sent yet to its
 * {@link org.streamlitgateway.channel.feed.SubscriberTransport}. A shared channel has one feed, a dedicated channel one
 * feed per subscriber.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>A subscriber's outbox is a position in the history, not a queue: messages are never copied per subscriber.
 *   <li>No thread waits while it holds a lock, and the thread that reads the feed writes to no subscriber.
 *   <li>A subscriber gets messages in order, each at most once, and a gap report names exactly the missed ones.
 *   <li>Each send has one result. A message written to a socket is never sent again.
 *   <li>Only configured addresses are dialled.
 * </ol>
 */
package org.streamlitgateway.channel;
