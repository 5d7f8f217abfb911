package org.streamlitgateway.channel.feed;

import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.streamlitgateway.channel.protocol.FeedStatus;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/** One attempt to reach a feed, and the connection that came of it. Public because Jetty calls it by method handles. */
public final class FeedListener implements Session.Listener {
    private final FeedConnection link;
    private final PeerLiveness life = new PeerLiveness(System.nanoTime());
    private Session session;

    FeedListener(FeedConnection link) {
        this.link = link;
    }

    PeerLiveness life() {
        return life;
    }

    private void heard() {
        life.heard(System.nanoTime());
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        heard();
        session = opened;
        link.opened(this, opened);
    }

    @Override
    public void onWebSocketText(String message) {
        heard();
        link.received(this, session, message);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        heard();
        byte[] copy = new byte[payload.remaining()];
        payload.get(copy);
        callback.succeed();
        link.received(this, session, copy);
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        heard();
        // a feed that asks without end and reads nothing is not read either
        session.sendPong(payload, Callback.from(session::demand, failure -> session.disconnect()));
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        heard();
        session.demand();
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
        callback.succeed();
        link.lost(this, FeedStatus.LOST + " (" + code + ")", null);
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        link.lost(this, FeedStatus.LOST, cause);
    }
}
