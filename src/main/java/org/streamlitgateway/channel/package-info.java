/**
 * Feeds that pages subscribe to by name: {@code <base>/_gateway/channels/NAME}, as WebSocket, as event stream, or by
 * POST. The protocol is written down in {@code src/docs/channels.md}.
 *
 * <p>The way of a message: {@link org.streamlitgateway.channel.UpstreamLink} reads it, {@code Feed} numbers and encodes
 * it once and keeps it in its {@code History}, {@code Fanout} wakes the subscribers, and each {@code Subscriber} hands
 * what it has not had yet to its {@code Sink}: a Jetty session, a Jakarta session, an event stream, or a Java listener.
 * A shared channel has one feed, a dedicated one a feed for each subscriber.
 *
 * <p>What always holds:
 *
 * <ol>
 *   <li>A subscriber's outbox is a position in the history, not a queue: messages are never copied per subscriber.
 *   <li>Nothing waits while a lock is held, and no subscriber is written to on the thread that reads the feed.
 *   <li>A subscriber gets the messages in order, each at most once; what it does not get it is told of, exactly.
 *   <li>Each send has one outcome. What was handed to a socket is never sent again.
 *   <li>Only configured addresses are dialled.
 * </ol>
 *
 * <p>{@link org.streamlitgateway.channel.Connection} and {@link org.streamlitgateway.channel.SharedConnection} are the
 * same thing for Java programs, without a gateway.
 */
package org.streamlitgateway.channel;
