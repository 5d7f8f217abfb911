package org.streamlitgateway.container.jetty.hosted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.fixture.Frame;
import org.streamlitgateway.fixture.RawWebSocket;
import org.streamlitgateway.fixture.Recorder;

/** Runs against sessions of a real Jetty, whose methods are resolved by name. */
class BatchFlushTest {
    private static final Duration NO_DATA_TIME = Duration.ofMillis(100);

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server, 1, 1);
    private final Recorder<Session> sessions = new Recorder<>("sessions of the server");
    private final Recorder<Optional<Throwable>> flushes = new Recorder<>("flushes");

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler();
        server.setHandler(context);
        JakartaWebSocketServletContainerInitializer.configure(
                context,
                (servletContext, container) ->
                        container.addEndpoint(ServerEndpointConfig.Builder.create(RecordingEndpoint.class, "/")
                                .configurator(new ServerEndpointConfig.Configurator() {
                                    @Override
                                    public <T> T getEndpointInstance(Class<T> type) {
                                        return type.cast(new RecordingEndpoint(sessions));
                                    }
                                })
                                .build()));
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    /** Public because Jetty instantiates it. */
    public static final class RecordingEndpoint extends Endpoint {
        private final Recorder<Session> sessions;

        RecordingEndpoint(Recorder<Session> sessions) {
            this.sessions = sessions;
        }

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            sessions.add(session);
        }
    }

    private RawWebSocket open() throws IOException {
        return RawWebSocket.open(URI.create("http://127.0.0.1:" + connector.getLocalPort()), "/");
    }

    private BatchFlush flushOf(Session session) {
        return BatchFlush.of(session, failure -> flushes.add(Optional.ofNullable(failure)));
    }

    @Test
    void messagesAreBatchedUntilTheFlush() throws IOException {
        try (RawWebSocket browser = open()) {
            Session session = sessions.take();
            BatchFlush flush = flushOf(session);
            session.getAsyncRemote().setBatchingAllowed(true);
            session.getAsyncRemote().sendText("one");
            session.getAsyncRemote().sendText("two");
            assertTrue(browser.isSilentFor(NO_DATA_TIME), "the messages were not batched");

            flush.run();

            assertEquals(Frame.text("one"), browser.frames().nextMessage());
            assertEquals(Frame.text("two"), browser.frames().nextMessage());
            assertEquals(Optional.empty(), flushes.take());
        }
    }

    @Test
    void flushOfAClosedSessionFails() throws IOException {
        try (RawWebSocket browser = open()) {
            Session session = sessions.take();
            BatchFlush flush = flushOf(session);
            assertNotNull(flush);
            session.close();
            browser.frames().awaitClosing();

            flush.run();

            assertFalse(flushes.take().isEmpty());
        }
    }

    @Test
    void sessionOfAnotherContainerHasNoFlush() {
        assertNull(flushOf(mock(Session.class)));
    }
}
