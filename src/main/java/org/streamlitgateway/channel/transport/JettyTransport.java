package org.streamlitgateway.channel.transport;

import jakarta.websocket.Session;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketSession;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.streamlitgateway.channel.feed.SubscriberTransport;
import org.streamlitgateway.channel.protocol.ControlMessage;
import org.streamlitgateway.channel.protocol.Message;
import org.streamlitgateway.channel.protocol.Outbound;
import org.streamlitgateway.outcome.Outcome;

/**
 * Transport through the embedded Jetty's WebSocket core. Frames share the bytes of messages, and a batch is written at
 * once. Can be loaded only where Jetty's classes are visible; see {@link ChannelEndpoint}.
 */
final class JettyTransport implements SubscriberTransport {
    private static final long CLOSE_GRACE_SECONDS = 5;

    private final CoreSession session;
    private final boolean enveloped;
    private final Scheduler scheduler;

    private JettyTransport(CoreSession session, boolean enveloped, Scheduler scheduler) {
        this.session = session;
        this.enveloped = enveloped;
        this.scheduler = scheduler;
    }

    /** Returns a transport, or {@code null} if the session belongs to another container. */
    static SubscriberTransport of(Session session, boolean enveloped, Scheduler scheduler) {
        return session instanceof JakartaWebSocketSession jetty
                ? new JettyTransport(jetty.getCoreSession(), enveloped, scheduler)
                : null;
    }

    @Override
    public void write(List<Outbound> items, Callback callback) {
        List<Frame> frames = new ArrayList<>(items.size());
        for (Outbound item : items) {
            Frame frame = frame(item);
            if (frame != null) {
                frames.add(frame);
            }
        }
        if (frames.isEmpty()) {
            callback.succeeded();
            return;
        }
        int last = frames.size() - 1;
        for (int i = 0; i < last; i++) {
            session.sendFrame(frames.get(i), Callback.NOOP, true); // a failure also fails the last frame
        }
        session.sendFrame(frames.get(last), callback, false);
    }

    private Frame frame(Outbound item) {
        if (item == ControlMessage.PING) {
            return new Frame(OpCode.PING);
        }
        if (item instanceof ControlMessage control) {
            return enveloped ? new Frame(OpCode.TEXT, ByteBuffer.wrap(control.json())) : null;
        }
        Message message = (Message) item;
        if (enveloped) {
            return new Frame(OpCode.TEXT, ByteBuffer.wrap(message.envelope()));
        }
        return new Frame(message.isBinary() ? OpCode.BINARY : OpCode.TEXT, message.payload());
    }

    @Override
    public void close(Outcome outcome) {
        session.close(outcome.closeCode(), outcome.text(), Callback.NOOP);
        // unconditionally: for most close codes isOpen() is false while the frame is still waiting to be written
        scheduler.schedule(session::abort, CLOSE_GRACE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public boolean answersPings() {
        return true;
    }
}
