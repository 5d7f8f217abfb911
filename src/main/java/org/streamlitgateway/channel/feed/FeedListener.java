package org.streamlitgateway.channel.feed;

import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.streamlitgateway.channel.protocol.FeedStatus;
import org.streamlitgateway.websocket.peer.PeerLiveness;

/** Listener of one attempt to connect to a feed and of its connection. Public because Jetty calls it reflectively. */
public final class FeedListener implements Session.Listener {
    private final FeedConnection connection;
    private final PeerLiveness liveness = new PeerLiveness(System.nanoTime());
    private Session session;

    FeedListener(FeedConnection connection) {
        this.connection = connection;
    }

    PeerLiveness liveness() {
        return liveness;
    }

    private void heard() {
        liveness.heard(System.nanoTime());
    }

    @Override
    public void onWebSocketOpen(Session opened) {
        heard();
        session = opened;
        connection.opened(this, opened);
    }

    @Override
    public void onWebSocketText(String message) {
        heard();
        connection.received(this, session, message);
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        heard();
        byte[] copy = new byte[payload.remaining()];
        payload.get(copy);
        callback.succeed();
        connection.received(this, session, copy);
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        heard();
        // reads on after the pong is written: pongs cannot pile up for a feed that pings but does not read
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
        connection.lost(this, FeedStatus.LOST + " (" + code + ")", null);
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        connection.lost(this, FeedStatus.LOST, cause);
    }
}
