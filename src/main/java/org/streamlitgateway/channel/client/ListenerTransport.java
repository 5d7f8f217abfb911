package org.streamlitgateway.channel.client;

import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.feed.SubscriberTransport;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Message;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.outcome.Outcome;

/** A subscriber within this Java process. What a listener throws is logged, and the next message comes all the same. */
final class ListenerTransport implements SubscriberTransport {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerTransport.class);

    private final ChannelListener listener;
    private final Executor blocking;
    private long last = -1;

    ListenerTransport(ChannelListener listener, Executor blocking) {
        this.listener = listener;
        this.blocking = blocking;
    }

    @Override
    public void write(List<Outbound> items, Callback taken) {
        blocking.execute(() -> {
            items.forEach(this::give);
            taken.succeeded();
        });
    }

    private void give(Outbound item) {
        try {
            if (item instanceof Message message) {
                last = message.seq();
                listener.onMessage(message);
            } else if (item instanceof ControlMessage notice) {
                give(notice);
            }
        } catch (RuntimeException failure) {
            LOG.warn("a channel's listener failed", failure);
        }
    }

    private void give(ControlMessage notice) {
        switch (notice.type()) {
            case ControlMessage.HELLO, ControlMessage.STATE -> {
                last = Math.max(last, notice.seq());
                listener.onState(notice.status().state(), notice.status().reason());
            }
            case ControlMessage.GAP -> {
                listener.onGap(notice.seq() - last);
                last = notice.seq();
            }
            default -> {
                // outcomes of sends have their own way back
            }
        }
    }

    @Override
    public void close(Outcome outcome) {
        // the listener asked for it, or hears of it as a state
    }

    @Override
    public boolean answersPings() {
        return false;
    }
}
