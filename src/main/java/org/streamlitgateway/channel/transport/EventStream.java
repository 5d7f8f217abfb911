package org.streamlitgateway.channel.transport;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.Channel;
import org.streamlitgateway.channel.SubscribeRequest;
import org.streamlitgateway.channel.feed.Subscriber;
import org.streamlitgateway.channel.feed.SubscriberTransport;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Message;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.outcome.Outcome;

/**
 * A subscriber that reads server-sent events (WHATWG HTML, section 9.2). Data is the same JSON as the protocol's text
 * frames. Writes one batch at a time and flushes it, never waiting; state is guarded by {@code this}, for the container
 * and the fan-out may come at the same moment.
 */
final class EventStream implements SubscriberTransport, WriteListener {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private AsyncContext async;
    private ServletOutputStream output;
    private String epoch = "";
    private Subscriber subscriber;
    private List<Outbound> batch;
    private boolean flushing;
    private Callback taken;
    private boolean listening;
    private boolean ended;

    EventStream(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.response = response;
    }

    void open(Channel channel, SubscribeRequest visitor) throws IOException {
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("X-Accel-Buffering", "no"); // nginx would gather the events
        async = request.startAsync();
        async.setTimeout(0);
        async.addListener(new AsyncEnd(() -> lost(null)));
        output = response.getOutputStream();
        Subscriber opened = channel.subscribe(visitor, this);
        if (opened == null) {
            return;
        }
        synchronized (this) {
            subscriber = opened;
            epoch = opened.feed().history().epoch();
            listening = true;
        }
        output.setWriteListener(this); // the container calls onWritePossible
    }

    @Override
    public void write(List<Outbound> items, Callback done) {
        synchronized (this) {
            batch = items;
            taken = done;
        }
        advance();
    }

    @Override
    public void onWritePossible() {
        advance();
    }

    /** Writes, flushes, and tells; each step when the container is ready for it. */
    private void advance() {
        Callback done = null;
        Throwable failure = null;
        synchronized (this) {
            try {
                while (!ended && listening && taken != null && done == null && output.isReady()) {
                    if (batch != null) {
                        byte[] bytes = events(batch);
                        batch = null;
                        flushing = true;
                        output.write(bytes);
                    } else if (flushing) {
                        flushing = false;
                        output.flush();
                    } else {
                        done = taken;
                        taken = null;
                    }
                }
            } catch (IOException | IllegalStateException gone) {
                failure = gone;
            }
        }
        if (failure != null) {
            lost(failure);
        } else if (done != null) {
            done.succeeded();
        }
    }

    private byte[] events(List<Outbound> items) {
        ByteArrayOutputStream events = new ByteArrayOutputStream();
        items.forEach(item -> append(events, item));
        return events.toByteArray();
    }

    private void append(ByteArrayOutputStream events, Outbound item) {
        if (item == ControlMessage.PING) {
            events.writeBytes(COMMENT);
        } else if (item instanceof ControlMessage notice) {
            append(events, notice.type(), notice.seq(), notice.json());
        } else if (item instanceof Message message) {
            append(events, "message", message.seq(), message.envelope());
        }
    }

    private void append(ByteArrayOutputStream events, String type, long seq, byte[] json) {
        String id = seq < 0 ? "" : "id: " + epoch + ":" + seq + "\n";
        events.writeBytes((id + "event: " + type + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
        for (byte b : json) {
            events.write(b == '\n' || b == '\r' ? ' ' : b); // outside of strings, where JSON has no line breaks
        }
        events.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void onError(Throwable failure) {
        lost(failure);
    }

    private void lost(Throwable failure) {
        LOG.debug("an event stream was lost", failure);
        Subscriber gone;
        synchronized (this) {
            gone = subscriber;
        }
        if (gone != null) {
            gone.left(false);
        }
        complete();
    }

    /** The browser comes back by itself, and asks from where it was. */
    @Override
    public void close(Outcome outcome) {
        complete();
    }

    private void complete() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        try {
            async.complete();
        } catch (IllegalStateException completedByContainer) {
            LOG.debug("an event stream had ended", completedByContainer);
        }
    }

    @Override
    public boolean answersPings() {
        return false;
    }
}
