package org.streamlitgateway.channel.feed;

import java.util.List;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.outcome.Outcome;

/** The way to one subscriber. {@link Subscriber} gives it one batch at a time. */
public interface SubscriberTransport {
    /** Writes the items in order, without waiting; completes {@code taken} when it can take more. */
    void write(List<Outbound> items, Callback taken);

    /** Ends the connection and says why; does not wait, and cuts it when the other side does not answer. */
    void close(Outcome outcome);

    /** Whether the other side answers a ping, so that silence means it is gone. */
    boolean answersPings();
}
