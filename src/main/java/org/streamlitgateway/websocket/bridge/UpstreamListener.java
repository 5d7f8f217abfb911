package org.streamlitgateway.websocket.bridge;

import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/** Listener for Streamlit's side of a bridge. Public because Jetty calls it through method handles. */
public final class UpstreamListener implements Session.Listener {
    private final MessageBridge bridge;

    UpstreamListener(MessageBridge bridge) {
        this.bridge = bridge;
    }

    @Override
    public void onWebSocketOpen(Session session) {
        bridge.upstreamOpened(session);
    }

    @Override
    public void onWebSocketPartialBinary(ByteBuffer payload, boolean last, Callback callback) {
        bridge.upstreamBinary(payload, last, callback);
    }

    @Override
    public void onWebSocketPartialText(String payload, boolean last) {
        bridge.upstreamText(payload, last);
    }

    @Override
    public void onWebSocketPing(ByteBuffer payload) {
        bridge.upstreamPing(payload);
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        bridge.upstreamPong();
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
        callback.succeed();
        bridge.upstreamClosed(code, reason);
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        bridge.upstreamFailed(cause);
    }
}
