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

/** Transport to a listener in this Java process. */
final class ListenerTransport implements SubscriberTransport {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerTransport.class);

    private final ChannelListener listener;
    private final Executor blocking;
    /** Number of the last message delivered or reported as missed. */
    private long last = -1;

    ListenerTransport(ChannelListener listener, Executor blocking) {
        this.listener = listener;
        this.blocking = blocking;
    }

    @Override
    public void write(List<Outbound> items, Callback callback) {
        blocking.execute(() -> {
            items.forEach(this::deliver);
            callback.succeeded();
        });
    }

    private void deliver(Outbound item) {
        try {
            if (item instanceof Message message) {
                last = message.seq();
                listener.onMessage(message);
            } else if (item instanceof ControlMessage control) {
                deliver(control);
            }
        } catch (RuntimeException e) {
            LOG.warn("a channel listener threw an exception; it gets the next message nevertheless", e);
        }
    }

    private void deliver(ControlMessage control) {
        switch (control.type()) {
            case ControlMessage.HELLO, ControlMessage.STATE -> {
                last = Math.max(last, control.seq());
                listener.onState(control.status().state(), control.status().reason());
            }
            case ControlMessage.GAP -> {
                listener.onGap(control.seq() - last);
                last = control.seq();
            }
            default -> {
                // results of sends go to their callbacks
            }
        }
    }

    @Override
    public void close(Outcome outcome) {
        // nothing to close: the listener's owner closed the connection, and the state has been reported
    }

    @Override
    public boolean answersPings() {
        return false;
    }
}
