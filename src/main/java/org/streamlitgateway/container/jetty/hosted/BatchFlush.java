package org.streamlitgateway.container.jetty.hosted;

import static java.lang.invoke.MethodType.methodType;

import jakarta.websocket.Session;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.FailureText;

/**
 * Non-blocking flush of messages that Jetty has batched for a Jakarta WebSocket session. Jakarta's {@code flushBatch}
 * blocks; the flush of Jetty's underlying session does not. The container's classes differ from those that the gateway
 * includes, even where the names are equal, so the public methods of {@code session.getCoreSession().flush(callback)}
 * are used by reflection. They are the same in Jetty 12.0 and 12.1.
 */
public final class BatchFlush {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFlush.class);

    /**
     * Strategies by session class; empty for other containers' sessions. It is not a {@link ClassValue}, which would be
     * referenced by the container's class and leak this application.
     */
    private static final Map<Class<?>, Optional<Strategy>> STRATEGIES = new ConcurrentHashMap<>();

    /**
     * Methods of one session class.
     *
     * @param flush {@code (Session, callback) -> void}
     */
    private record Strategy(MethodHandle flush, Class<?> callback) {
        static Optional<Strategy> of(Class<?> session) {
            if (!session.getName().startsWith("org.eclipse.jetty.")) {
                return Optional.empty();
            }
            try {
                Method core = session.getMethod("getCoreSession");
                Class<?> type = core.getReturnType();
                Class<?> callback = Class.forName("org.eclipse.jetty.util.Callback", false, type.getClassLoader());
                MethodHandle flush =
                        MethodHandles.publicLookup().findVirtual(type, "flush", methodType(void.class, callback));
                MethodHandle getCore = MethodHandles.publicLookup().unreflect(core);
                MethodHandle combined = MethodHandles.filterArguments(flush, 0, getCore)
                        .asType(methodType(void.class, Session.class, Object.class));
                return Optional.of(new Strategy(combined, callback));
            } catch (ReflectiveOperationException | LinkageError e) {
                LOG.warn("cannot flush {}, messages are sent without batching: {}", session, FailureText.of(e));
                return Optional.empty();
            }
        }
    }

    private final MethodHandle flush;
    private final Session session;
    private final Object callback;

    private BatchFlush(Strategy strategy, Session session, Consumer<Throwable> done) {
        this.flush = strategy.flush();
        this.session = session;
        this.callback = HostedCallback.of(strategy.callback(), Callback.from(() -> done.accept(null), done));
    }

    /**
     * Returns the flush of a session; {@code null} if its container does not support it.
     *
     * @param done receives the failure of each flush, or {@code null} for success, on any thread
     */
    public static BatchFlush of(Session session, Consumer<Throwable> done) {
        return STRATEGIES
                .computeIfAbsent(session.getClass(), Strategy::of)
                .map(strategy -> new BatchFlush(strategy, session, done))
                .orElse(null);
    }

    /** Flushes all batched messages, then calls {@code done}. */
    public void run() {
        try {
            flush.invokeExact(session, callback);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // the method declares no checked exception
        }
    }
}
