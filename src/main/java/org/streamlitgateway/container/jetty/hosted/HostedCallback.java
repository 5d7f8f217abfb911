package org.streamlitgateway.container.jetty.hosted;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.eclipse.jetty.util.Callback;

/** Proxy that implements the hosting Jetty's {@code Callback} by one of the included Jetty. */
final class HostedCallback implements InvocationHandler {
    private final Callback delegate;
    private final Object invocationType;

    private HostedCallback(Callback delegate, Object invocationType) {
        this.delegate = delegate;
        this.invocationType = invocationType;
    }

    /**
     * Creates a proxy.
     *
     * @param type {@code org.eclipse.jetty.util.Callback} of the hosting Jetty
     */
    public static Object of(Class<?> type, Callback delegate) {
        HostedCallback handler = new HostedCallback(delegate, invocationType(type, delegate));
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static Object invocationType(Class<?> type, Callback delegate) {
        try {
            Object[] constants =
                    type.getMethod("getInvocationType").getReturnType().getEnumConstants();
            String name = delegate.getInvocationType().name();
            return Stream.of(constants)
                    .filter(constant -> constant.toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type + " is not Jetty's Callback", e);
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "succeeded" -> delegate.succeeded();
            case "failed" -> delegate.failed((Throwable) arguments[0]);
            case "getInvocationType" -> {
                return invocationType;
            }
            case "toString" -> {
                return delegate.toString();
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "equals" -> {
                return proxy == arguments[0];
            }
            default -> {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
        }
        return null;
    }
}
