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
 * Sends what a Jetty keeps back while batching is allowed, without waiting. Jakarta's {@code flushBatch} waits, and so
 * no thread that must not wait could ever use batching; Jetty's own session, which lies beneath the Jakarta one, has a
 * flush that does not. A container's classes are another's than ours even if they have the same names, so its methods
 * are looked up: {@code session.getCoreSession().flush(callback)}, public ones, the same in Jetty 12.0 and 12.1.
 */
public final class BatchFlush {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFlush.class);

    /**
     * By class of session, nothing for another container's. A map of this application's, and no {@link ClassValue}, which
     * would hang on the container's class and outlive the application.
     */
    private static final Map<Class<?>, Optional<Way>> WAYS = new ConcurrentHashMap<>();

    /** @param flush {@code (Session, callback) -> void} */
    private record Way(MethodHandle flush, Class<?> callback) {
        static Optional<Way> into(Class<?> session) {
            if (!session.getName().startsWith("org.eclipse.jetty.")) {
                return Optional.empty();
            }
            try {
                Method core = session.getMethod("getCoreSession");
                Class<?> type = core.getReturnType();
                Class<?> callback = Class.forName("org.eclipse.jetty.util.Callback", false, type.getClassLoader());
                MethodHandle flush =
                        MethodHandles.publicLookup().findVirtual(type, "flush", methodType(void.class, callback));
                MethodHandle inside = MethodHandles.publicLookup().unreflect(core);
                MethodHandle both = MethodHandles.filterArguments(flush, 0, inside)
                        .asType(methodType(void.class, Session.class, Object.class));
                return Optional.of(new Way(both, callback));
            } catch (ReflectiveOperationException | LinkageError other) {
                LOG.warn("{} cannot be flushed, messages are sent one by one: {}", session, FailureText.of(other));
                return Optional.empty();
            }
        }
    }

    private final MethodHandle flush;
    private final Session session;
    private final Object callback;

    private BatchFlush(Way way, Session session, Consumer<Throwable> done) {
        this.flush = way.flush();
        this.session = session;
        this.callback = HostedCallback.of(way.callback(), Callback.from(() -> done.accept(null), done));
    }

    /**
     * For a session whose container can do it; {@code null} for all others.
     *
     * @param done told when a flush is done, with {@code null} or how it failed, on any thread
     */
    public static BatchFlush of(Session session, Consumer<Throwable> done) {
        return WAYS.computeIfAbsent(session.getClass(), Way::into)
                .map(way -> new BatchFlush(way, session, done))
                .orElse(null);
    }

    /** Sends all that is kept back; {@code done} follows. */
    public void run() {
        try {
            flush.invokeExact(session, callback);
        } catch (RuntimeException | Error lost) {
            throw lost;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible); // the method declares none
        }
    }
}
