package org.streamlitgateway.container.jetty.hosted;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Proxy for the hosting Jetty's {@code org.eclipse.jetty.io.Connection} and its {@code UpgradeTo}. It forwards events
 * to the socket and notifies Jetty's connection listeners, such as connection statistics.
 */
final class HostedConnection implements InvocationHandler {
    private static final long NOT_COUNTED = -1;

    private final HostedApi jetty;
    private final Object endPoint;
    private final List<?> listeners;
    private final HostedSocket socket;
    private final long created = System.currentTimeMillis();

    /** @param listeners Jetty's {@code Connection.Listener}s */
    HostedConnection(HostedApi jetty, Object endPoint, List<?> listeners, HostedSocket socket) {
        this.jetty = jetty;
        this.endPoint = endPoint;
        this.listeners = listeners;
        this.socket = socket;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "onUpgradeTo" -> socket.upgraded((ByteBuffer) arguments[0]);
            case "onOpen" -> {
                listeners.forEach(listener -> jetty.notifyOpened(listener, proxy));
                socket.opened();
            }
            case "onClose" -> {
                socket.closed();
                listeners.forEach(listener -> jetty.notifyClosed(listener, proxy));
            }
            case "close" -> socket.close();
            case "onIdleExpired" -> {
                socket.idleExpired();
                return false;
            }
            case "getEndPoint" -> {
                return endPoint;
            }
            case "getMessagesIn", "getMessagesOut", "getBytesIn", "getBytesOut" -> {
                return NOT_COUNTED;
            }
            case "getCreatedTimeStamp" -> {
                return created;
            }
            case "toString" -> {
                return "spliced to Streamlit";
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "equals" -> {
                return proxy == arguments[0];
            }
            default -> {
                return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments) : null;
            }
        }
        return null;
    }
}
