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

/** With sessions of a real Jetty, whose methods are found by name. */
class BatchFlushTest {
    private static final Duration GLANCE = Duration.ofMillis(100);

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
                        container.addEndpoint(ServerEndpointConfig.Builder.create(Remembered.class, "/")
                                .configurator(new ServerEndpointConfig.Configurator() {
                                    @Override
                                    public <T> T getEndpointInstance(Class<T> type) {
                                        return type.cast(new Remembered(sessions));
                                    }
                                })
                                .build()));
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    /** Public for Jetty. */
    public static final class Remembered extends Endpoint {
        private final Recorder<Session> sessions;

        Remembered(Recorder<Session> sessions) {
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
    void messagesStayUntilTheFlushAndThenAllLeave() throws IOException {
        try (RawWebSocket browser = open()) {
            Session session = sessions.take();
            BatchFlush flush = flushOf(session);
            session.getAsyncRemote().setBatchingAllowed(true);
            session.getAsyncRemote().sendText("one");
            session.getAsyncRemote().sendText("two");
            assertTrue(browser.isSilentFor(GLANCE), "they were not kept back");

            flush.run();

            assertEquals(Frame.text("one"), browser.frames().nextMessage());
            assertEquals(Frame.text("two"), browser.frames().nextMessage());
            assertEquals(Optional.empty(), flushes.take());
        }
    }

    @Test
    void aFlushOfASessionThatIsClosedTellsWhy() throws IOException {
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
    void sessionsOfAnotherContainerAreLeftAlone() {
        assertNull(flushOf(mock(Session.class)));
    }
}
