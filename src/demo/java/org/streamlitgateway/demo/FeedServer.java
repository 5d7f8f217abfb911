package org.streamlitgateway.demo;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;

/**
 * A WebSocket server for the demo that runs from source, without a build:
 *
 * <pre>java -cp target/streamlit-gateway.war src/demo/java/org/streamlitgateway/demo/FeedServer.java [PORT [URL]]</pre>
 *
 * <p>With the URL of a gateway, prints a banner when the app answers through it.
 *
 * <ul>
 *   <li>{@code /ws/prices}: about two ticks a second; {@code {"op":"burst","count":10000}} sends that many at once.
 *   <li>{@code /ws/broadcast}: sends each message to all clients.
 *   <li>{@code /ws/echo}: returns each message to its sender.
 * </ul>
 */
public final class FeedServer {
    private static final int PORT = 8011;
    private static final int MAX_START_SECONDS = 300;
    private static final Pattern BURST = Pattern.compile("\"op\"\\s*:\\s*\"burst\".*?\"count\"\\s*:\\s*(\\d{1,6})");

    private final Set<Session> prices = ConcurrentHashMap.newKeySet();
    private final Set<Session> broadcast = ConcurrentHashMap.newKeySet();
    private final Map<String, Double> market =
            new ConcurrentHashMap<>(Map.of("ACME", 101.5, "GLOBEX", 48.2, "HOOLI", 310.0));
    private final Random random = new Random();

    private FeedServer() {}

    public static void main(String[] args) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        new FeedServer().run(args.length > 0 ? Integer.parseInt(args[0]) : PORT);
        if (args.length > 1) {
            announce(args[1]);
        }
    }

    private static void announce(String url) throws InterruptedException {
        HttpRequest ready =
                HttpRequest.newBuilder(URI.create(url + "_stcore/health")).build();
        HttpClient client = HttpClient.newHttpClient();
        for (int second = 0; second < MAX_START_SECONDS; second++) {
            try {
                if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    TimeUnit.SECONDS.sleep(1); // after the gateway's own line
                    System.out.printf("%n  The demo app runs at %s%n  Press Ctrl-C to stop it.%n%n", url);
                    return;
                }
            } catch (IOException e) {
                // the gateway is still starting
            }
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private void run(int port) throws Exception {
        Server server = new Server(new InetSocketAddress("127.0.0.1", port));
        ServletContextHandler context = new ServletContextHandler("/");
        JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) -> {
            container.setDefaultMaxSessionIdleTimeout(0);
            container.addEndpoint(ServerEndpointConfig.Builder.create(Prices.class, "/ws/prices")
                    .configurator(returning(new Prices()))
                    .build());
            container.addEndpoint(ServerEndpointConfig.Builder.create(Broadcast.class, "/ws/broadcast")
                    .configurator(returning(new Broadcast()))
                    .build());
            container.addEndpoint(ServerEndpointConfig.Builder.create(Echo.class, "/ws/echo")
                    .configurator(returning(new Echo()))
                    .build());
        });
        server.setHandler(context);
        server.start();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(() -> sendAll(prices, tick(-1)), 500, 500, TimeUnit.MILLISECONDS);
        System.out.println(
                "feed server ready: ws://127.0.0.1:" + server.getURI().getPort() + "/ws/{prices,broadcast,echo}");
    }

    private static ServerEndpointConfig.Configurator returning(Endpoint endpoint) {
        return new ServerEndpointConfig.Configurator() {
            @Override
            public <T> T getEndpointInstance(Class<T> type) {
                return type.cast(endpoint);
            }
        };
    }

    private String tick(int number) {
        String symbol = market.keySet().stream()
                .skip(random.nextInt(market.size()))
                .findFirst()
                .orElseThrow();
        double price = market.compute(symbol, (s, last) -> last * Math.exp(random.nextGaussian() * 0.004));
        return String.format(
                Locale.ROOT,
                "{\"symbol\":\"%s\",\"price\":%.2f,\"time\":%d%s}",
                symbol,
                price,
                System.currentTimeMillis(),
                number < 0 ? "" : ",\"burst\":" + number);
    }

    private static void sendAll(Set<Session> sessions, String text) {
        sessions.forEach(session -> send(session, text));
    }

    private static void send(Session session, String text) {
        try {
            synchronized (session) {
                session.getBasicRemote().sendText(text);
            }
        } catch (IOException | IllegalStateException e) {
            // its onClose removes it
        }
    }

    /** Sends ticks to all sessions. */
    public final class Prices extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            prices.add(session);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                Matcher burst = BURST.matcher(text);
                int count = burst.find() ? Integer.parseInt(burst.group(1)) : 0;
                for (int i = 0; i < count; i++) {
                    sendAll(prices, tick(i));
                }
            });
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            prices.remove(session);
        }
    }

    /** Sends each message to all sessions. */
    public final class Broadcast extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            broadcast.add(session);
            session.setMaxTextMessageBufferSize(1 << 20);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> sendAll(broadcast, text));
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            broadcast.remove(session);
        }
    }

    /** Returns each message to its sender. */
    public static final class Echo extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.setMaxTextMessageBufferSize(1 << 20);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> send(session, text));
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) bytes -> {
                try {
                    session.getBasicRemote().sendBinary(bytes);
                } catch (IOException e) {
                    // the session has closed
                }
            });
        }
    }
}
