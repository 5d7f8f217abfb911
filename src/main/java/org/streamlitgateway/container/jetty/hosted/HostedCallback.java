package org.streamlitgateway.container.jetty.hosted;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.stream.Stream;
import org.eclipse.jetty.util.Callback;

/**
 * A callback of ours as one of the Jetty that is the container, whose classes are others than ours even if they have the
 * same names.
 */
final class HostedCallback implements InvocationHandler {
    private final Callback ours;
    private final Object invocationType;

    private HostedCallback(Callback ours, Object invocationType) {
        this.ours = ours;
        this.invocationType = invocationType;
    }

    /**
     * Makes one.
     *
     * @param type {@code org.eclipse.jetty.util.Callback} of the container's
     */
    public static Object of(Class<?> type, Callback ours) {
        HostedCallback handler = new HostedCallback(ours, invocationType(type, ours));
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    private static Object invocationType(Class<?> type, Callback ours) {
        try {
            Object[] theirs =
                    type.getMethod("getInvocationType").getReturnType().getEnumConstants();
            String name = ours.getInvocationType().name();
            return Stream.of(theirs)
                    .filter(one -> one.toString().equals(name))
                    .findFirst()
                    .orElseThrow();
        } catch (NoSuchMethodException other) {
            throw new IllegalArgumentException(type + " is no callback of Jetty's", other);
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "succeeded" -> ours.succeeded();
            case "failed" -> ours.failed((Throwable) arguments[0]);
            case "getInvocationType" -> {
                return invocationType;
            }
            case "toString" -> {
                return ours.toString();
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
