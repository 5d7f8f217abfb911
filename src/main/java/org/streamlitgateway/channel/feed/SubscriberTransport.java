package org.streamlitgateway.channel.feed;

import java.util.List;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.outcome.Outcome;

/** Connection to one subscriber. {@link Subscriber} writes one batch at a time. */
public interface SubscriberTransport {
    /** Writes the items in order without blocking. Completes the callback when the next batch can be written. */
    void write(List<Outbound> items, Callback callback);

    /** Closes the connection with the outcome's code, without blocking; aborts it if the peer does not answer. */
    void close(Outcome outcome);

    /** Returns whether the peer answers pings. If not, silence does not mean that it is gone. */
    boolean answersPings();
}
