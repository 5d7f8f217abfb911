package org.streamlitgateway.bench;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.common.JakartaWebSocketSession;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * Baseline for fan-out on Jetty: each message on {@code /publish} is written as a frame to every session of {@code
 * /subscribe}, without order, limits or history.
 */
public final class RawJetty {
    private static final Set<CoreSession> SUBSCRIBERS = ConcurrentHashMap.newKeySet();

    private RawJetty() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])));
        ServletContextHandler context = new ServletContextHandler("/");
        JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) -> {
            container.setDefaultMaxSessionIdleTimeout(0);
            container.addEndpoint(ServerEndpointConfig.Builder.create(Publish.class, "/publish")
                    .build());
            container.addEndpoint(ServerEndpointConfig.Builder.create(Subscribe.class, "/subscribe")
                    .build());
        });
        server.setHandler(context);
        server.start();
        System.out.println("ready");
        server.join();
    }

    /** Forwards each message to all subscribers. */
    public static final class Publish extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                for (CoreSession subscriber : SUBSCRIBERS) {
                    subscriber.sendFrame(new Frame(OpCode.TEXT, ByteBuffer.wrap(bytes)), Callback.NOOP, false);
                }
            });
        }
    }

    /** Receives messages. */
    public static final class Subscribe extends Endpoint {
        private CoreSession core;

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            core = ((JakartaWebSocketSession) session).getCoreSession();
            SUBSCRIBERS.add(core);
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            SUBSCRIBERS.remove(core);
        }
    }
}
