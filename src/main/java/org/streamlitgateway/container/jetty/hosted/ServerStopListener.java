package org.streamlitgateway.container.jetty.hosted;

import jakarta.servlet.ServletContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.FailureText;

/**
 * Hears that the Jetty which is the container is about to stop: it closes all connections before it tells its
 * applications. Jetty's classes are hidden from applications, so its methods are looked up, public ones, the same in
 * Jetty 12.0 and 12.1.
 */
public final class ServerStopListener implements AutoCloseable, InvocationHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStopListener.class);

    private final Runnable onStop;
    private final Object server;
    private final EventListener listener;

    private ServerStopListener(Object server, Runnable onStop) throws ReflectiveOperationException {
        this.server = server;
        this.onStop = onStop;
        ClassLoader loader = server.getClass().getClassLoader();
        Class<?> type = Class.forName("org.eclipse.jetty.util.component.LifeCycle$Listener", false, loader);
        listener = (EventListener) Proxy.newProxyInstance(loader, new Class<?>[] {type}, this);
        call("addEventListener");
    }

    /**
     * Listens until closed; {@code null} in another container.
     *
     * @param onStop called once the server is stopping, which waits for it
     */
    public static ServerStopListener listen(ServletContext application, Runnable onStop) {
        if (!application.getClass().getName().startsWith("org.eclipse.jetty.")) {
            return null;
        }
        try {
            Method handlerOf = application.getClass().getMethod("getContextHandler");
            Object handler = handlerOf.invoke(application);
            return new ServerStopListener(
                    handler.getClass().getMethod("getServer").invoke(handler), onStop);
        } catch (ReflectiveOperationException | LinkageError other) {
            LOG.info("sessions will be cut, not closed, when this Jetty stops: {}", FailureText.of(other));
            return null;
        }
    }

    private void call(String method) throws ReflectiveOperationException {
        server.getClass().getMethod(method, EventListener.class).invoke(server, listener);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "lifeCycleStopping" -> {
                stopping();
                return null;
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "equals" -> {
                return proxy == arguments[0];
            }
            case "toString" -> {
                return "streamlit-gateway";
            }
            default -> {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
        }
    }

    private void stopping() {
        try {
            onStop.run();
        } catch (RuntimeException | Error failure) { // the server would not go on
            LOG.warn("sessions were not closed in order", failure);
        }
    }

    /** Until then, the server holds the application. */
    @Override
    public void close() {
        try {
            call("removeEventListener");
        } catch (ReflectiveOperationException unlikely) { // it was added
            LOG.warn("the server goes on to hold this application", unlikely);
        }
    }
}
