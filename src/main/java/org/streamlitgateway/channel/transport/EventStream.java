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
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.outcome.Outcome;

/**
 * Transport by server-sent events (WHATWG HTML, section 9.2). The data of an event is the same JSON as a text frame of the
 * protocol. Batches are written and flushed one at a time without blocking. Guarded by {@code this}, because the container
 * and the fan-out call it concurrently.
 */
final class EventStream implements SubscriberTransport, WriteListener {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final RequestObserver observer;
    private AsyncContext async;
    private ServletOutputStream output;
    private String epoch = "";
    private Subscriber subscriber;
    /** Batch to write, or {@code null} once written. */
    private List<Outbound> batch;

    private boolean flushPending;
    /** Completed once the current batch is flushed. */
    private Callback batchCallback;

    private boolean listening;
    private boolean ended;

    EventStream(HttpServletRequest request, HttpServletResponse response) {
        this.request = request;
        this.observer = RequestObserver.of(request);
        this.response = response;
    }

    void open(Channel channel, SubscribeRequest subscribeRequest) throws IOException {
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("X-Accel-Buffering", "no"); // keeps nginx from buffering the events
        async = request.startAsync();
        async.setTimeout(0);
        async.addListener(new AsyncEnd(() -> lost(null)));
        output = response.getOutputStream();
        Subscriber opened = channel.subscribe(subscribeRequest, this);
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
    public void write(List<Outbound> items, Callback callback) {
        synchronized (this) {
            batch = items;
            batchCallback = callback;
        }
        advance();
    }

    @Override
    public void onWritePossible() {
        advance();
    }

    /** Writes the batch, flushes it, and completes its callback, each step as soon as the container is ready. */
    private void advance() {
        Callback completed = null;
        Throwable failure = null;
        synchronized (this) {
            try {
                while (!ended && listening && batchCallback != null && completed == null && output.isReady()) {
                    if (batch != null) {
                        byte[] bytes = events(batch);
                        batch = null;
                        flushPending = true;
                        output.write(bytes);
                    } else if (flushPending) {
                        flushPending = false;
                        output.flush();
                    } else {
                        completed = batchCallback;
                        batchCallback = null;
                    }
                }
            } catch (IOException | IllegalStateException e) {
                failure = e;
            }
        }
        if (failure != null) {
            lost(failure);
        } else if (completed != null) {
            completed.succeeded();
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
        } else if (item instanceof ControlMessage control) {
            append(events, control.type(), control.seq(), control.json());
        } else if (item instanceof Message message) {
            append(events, "message", message.seq(), message.envelope());
        }
    }

    private void append(ByteArrayOutputStream events, String type, long seq, byte[] json) {
        String id = seq < 0 ? "" : "id: " + epoch + ":" + seq + "\n";
        events.writeBytes((id + "event: " + type + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
        for (byte b : json) {
            events.write(b == '\n' || b == '\r' ? ' ' : b); // white space only: JSON strings have no line breaks
        }
        events.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void onError(Throwable failure) {
        lost(failure);
    }

    private void lost(Throwable failure) {
        LOG.debug("lost the client of an event stream", failure);
        Subscriber lost;
        synchronized (this) {
            lost = subscriber;
        }
        if (lost != null) {
            lost.leave(false);
        }
        complete();
    }

    /** Ends the response. The browser reconnects by itself and resumes after its last event. */
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
        observer.end();
        try {
            async.complete();
        } catch (IllegalStateException e) {
            LOG.debug("the container has completed an event stream already", e);
        }
    }

    @Override
    public boolean answersPings() {
        return false;
    }
}
