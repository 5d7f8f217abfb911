package org.streamlitgateway.websocket.bridge;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;

/** Endpoint for the browser's side of a bridge, in any container. */
public final class BrowserEndpoint extends Endpoint {
    private final MessageBridge bridge;

    public BrowserEndpoint(MessageBridge bridge) {
        this.bridge = bridge;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) bridge::browserBinary);
        session.addMessageHandler(String.class, (MessageHandler.Partial<String>) bridge::browserText);
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                pong -> bridge.browserPong(pong.getApplicationData()));
        bridge.browserOpened(session);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        bridge.browserClosed(reason.getCloseCode().getCode(), reason.getReasonPhrase());
    }

    @Override
    public void onError(Session session, Throwable cause) {
        bridge.browserFailed(cause);
    }
}
