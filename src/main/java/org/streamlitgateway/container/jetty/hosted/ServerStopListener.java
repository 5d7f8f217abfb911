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
 * Listener for the stop of the hosting Jetty, which closes all connections before it stops its applications. Jetty's
 * classes are hidden from applications, so its public methods, which are the same in Jetty 12.0 and 12.1, are used by
 * reflection.
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
     * Adds a listener to the server; returns {@code null} in another container.
     *
     * @param onStop called when the server begins to stop; the server waits for it
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
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.info(
                    "cannot observe the server's stop; WebSockets will be aborted without a close frame: {}",
                    FailureText.of(e));
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
        } catch (RuntimeException | Error e) { // would interrupt the server's stop
            LOG.warn("cannot close the sessions before the server stops", e);
        }
    }

    /** Removes the listener; until then the server references this application. */
    @Override
    public void close() {
        try {
            call("removeEventListener");
        } catch (ReflectiveOperationException e) {
            LOG.warn("cannot remove the life-cycle listener; this application leaks until the server stops", e);
        }
    }
}
