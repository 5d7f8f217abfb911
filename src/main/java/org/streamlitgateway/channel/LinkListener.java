package org.streamlitgateway.channel;

import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/** One attempt to reach a feed, and the connection that came of it. Public because Jetty calls it by method handles. */
public final class LinkListener implements Session.Listener {
    private final UpstreamLink link;
    private Session session;

    LinkListener(UpstreamLink link) {
        this.link = link;
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        session = opened;
        link.opened(this, opened);
    }

    @Override
    public void onWebSocketText(String message) {
        link.received(this, session, message);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        byte[] copy = new byte[payload.remaining()];
        payload.get(copy);
        callback.succeed();
        link.received(this, session, copy);
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        link.heard();
        session.sendPong(payload, Callback.NOOP);
        session.demand();
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        link.heard();
        session.demand();
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
        callback.succeed();
        link.lost(this, Status.LOST + " (" + code + ")", null);
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        link.lost(this, Status.LOST, cause);
    }
}
