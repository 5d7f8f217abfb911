package org.streamlitgateway.container.jetty.hosted;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the Jetty that is the container takes for a connection of its own ({@code org.eclipse.jetty.io.Connection} and
 * its {@code UpgradeTo}): tells the wire what happens to it, and those who count connections that there is one.
 */
final class HostedConnection implements InvocationHandler {
    private static final long NOT_COUNTED = -1;

    private final HostedApi jetty;
    private final Object endPoint;
    private final List<?> listeners;
    private final HostedSocket wire;
    private final long created = System.currentTimeMillis();

    /** @param listeners Jetty's {@code Connection.Listener}s */
    HostedConnection(HostedApi jetty, Object endPoint, List<?> listeners, HostedSocket wire) {
        this.jetty = jetty;
        this.endPoint = endPoint;
        this.listeners = listeners;
        this.wire = wire;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "onUpgradeTo" -> wire.upgraded((ByteBuffer) arguments[0]);
            case "onOpen" -> {
                listeners.forEach(listener -> jetty.tellOpened(listener, proxy));
                wire.opened();
            }
            case "onClose" -> {
                wire.closed();
                listeners.forEach(listener -> jetty.tellClosed(listener, proxy));
            }
            case "close" -> wire.close();
            case "onIdleExpired" -> {
                wire.idleExpired();
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
