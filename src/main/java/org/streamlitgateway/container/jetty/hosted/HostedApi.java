package org.streamlitgateway.container.jetty.hosted;

import static java.lang.invoke.MethodType.methodType;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.FailureText;

/**
 * Methods of the hosting Jetty that {@link HostedSocket} and {@link HostedConnection} use. Its classes differ from
 * those that the gateway includes, even where the names are equal, and applications cannot see them. The public
 * methods, which are the same in Jetty 12.0 and 12.1, are therefore used by reflection. Thread-safe.
 */
final class HostedApi {
    private static final Logger LOG = LoggerFactory.getLogger(HostedApi.class);
    private static final Pattern ENVIRONMENT = Pattern.compile("org\\.eclipse\\.jetty\\.ee\\d+\\.");

    private final ClassLoader loader;

    // methods of a request
    private final Method getServletContextRequest;
    private final Method unWrap;
    private final Method setAttribute;
    private final String upgradeAttribute;
    private final Method getConnectionMetaData;
    private final Method getConnector;
    private final Method getEventListeners;
    private final Method getTunnelSupport;
    private final Method getEndPoint;

    // methods of a connection
    private final Class<?>[] connectionInterfaces;
    private final Class<?> listenerType;
    private final Method onOpened;
    private final Method onClosed;

    // methods of an end point, whose handles accept an Object
    private final Class<?> callbackType;
    private final MethodHandle fill;
    private final MethodHandle flush;
    private final MethodHandle fillInterested;
    private final MethodHandle write;
    private final MethodHandle isOpen;
    private final MethodHandle isSecure;
    private final MethodHandle setIdleTimeout;
    private final MethodHandle close;

    private HostedApi(ClassLoader loader, String environment) throws ReflectiveOperationException {
        this.loader = loader;
        Class<?> request = load("org.eclipse.jetty.server.Request");
        getServletContextRequest = load(environment + "servlet.ServletContextRequest")
                .getMethod("getServletContextRequest", ServletRequest.class);
        unWrap = request.getMethod("unWrap", request);
        setAttribute = request.getMethod("setAttribute", String.class, Object.class);
        upgradeAttribute = (String) load("org.eclipse.jetty.server.HttpStream")
                .getField("UPGRADE_CONNECTION_ATTRIBUTE")
                .get(null);
        getConnectionMetaData = request.getMethod("getConnectionMetaData");
        getConnector = getConnectionMetaData.getReturnType().getMethod("getConnector");
        getEventListeners = getConnector.getReturnType().getMethod("getEventListeners");
        getTunnelSupport = request.getMethod("getTunnelSupport");
        getEndPoint = getTunnelSupport.getReturnType().getMethod("getEndPoint");

        Class<?> type = load("org.eclipse.jetty.io.Connection");
        connectionInterfaces = new Class<?>[] {type, load("org.eclipse.jetty.io.Connection$UpgradeTo")};
        listenerType = load("org.eclipse.jetty.io.Connection$Listener");
        onOpened = listenerType.getMethod("onOpened", type);
        onClosed = listenerType.getMethod("onClosed", type);

        callbackType = load("org.eclipse.jetty.util.Callback");
        fill = find(int.class, "fill", ByteBuffer.class);
        flush = find(boolean.class, "flush", ByteBuffer[].class);
        fillInterested = find(void.class, "fillInterested", callbackType);
        write = find(void.class, "write", callbackType, ByteBuffer[].class);
        isOpen = find(boolean.class, "isOpen");
        isSecure = find(boolean.class, "isSecure");
        setIdleTimeout = find(void.class, "setIdleTimeout", long.class);
        close = find(void.class, "close");
    }

    /**
     * Resolves all methods.
     *
     * @param container a class of the application's environment, such as EE10
     * @throws ReflectiveOperationException if a class or method is missing
     */
    static HostedApi of(Class<?> container) throws ReflectiveOperationException {
        Matcher environment = ENVIRONMENT.matcher(container.getName());
        if (!environment.lookingAt()) {
            throw new ClassNotFoundException(container + " belongs to no servlet environment of Jetty");
        }
        return new HostedApi(container.getClassLoader(), environment.group());
    }

    private Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, loader);
    }

    private MethodHandle find(Class<?> returned, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        MethodHandle found = MethodHandles.publicLookup()
                .findVirtual(getEndPoint.getReturnType(), name, methodType(returned, parameters))
                .asFixedArity();
        MethodHandle handle = found.asType(found.type().changeParameterType(0, Object.class));
        return parameters.length > 0 && parameters[0] == callbackType
                ? handle.asType(handle.type().changeParameterType(1, Object.class))
                : handle;
    }

    /**
     * Makes Jetty replace the request's connection after the response has been sent.
     *
     * @param socketFactory creates the socket of the new connection
     * @throws IOException if the connection cannot be replaced
     */
    void upgrade(HttpServletRequest servletRequest, Function<EndPoint, HostedSocket> socketFactory) throws IOException {
        try {
            Object request = getServletContextRequest.invoke(null, servletRequest);
            Object tunnelSupport = getTunnelSupport.invoke(request);
            if (tunnelSupport == null) {
                throw new IOException("the request asks for no upgrade");
            }
            Object socket = getEndPoint.invoke(tunnelSupport);
            List<?> listeners = ((List<?>)
                            getEventListeners.invoke(getConnector.invoke(getConnectionMetaData.invoke(request))))
                    .stream().filter(listenerType::isInstance).toList();
            HostedConnection handler =
                    new HostedConnection(this, socket, listeners, socketFactory.apply(new EndPoint(socket)));
            Object replacement = Proxy.newProxyInstance(listenerType.getClassLoader(), connectionInterfaces, handler);
            setAttribute.invoke(unWrap.invoke(null, request), upgradeAttribute, replacement);
        } catch (ReflectiveOperationException e) {
            throw new IOException("Jetty did not upgrade the connection", e);
        }
    }

    void notifyOpened(Object listener, Object connection) {
        notifyListener(onOpened, listener, connection);
    }

    void notifyClosed(Object listener, Object connection) {
        notifyListener(onClosed, listener, connection);
    }

    private static void notifyListener(Method event, Object listener, Object connection) {
        try {
            event.invoke(listener, connection);
        } catch (InvocationTargetException e) {
            LOG.info(
                    "{} of Jetty's connection listener {} failed: {}",
                    event.getName(),
                    listener,
                    FailureText.of(e.getCause()));
        } catch (IllegalAccessException e) { // the methods are public
            throw new IllegalStateException(e);
        }
    }

    /** Wrapper of a {@code org.eclipse.jetty.io.EndPoint}; see the documentation there. */
    final class EndPoint {
        private final Object socket;

        private EndPoint(Object socket) {
            this.socket = socket;
        }

        /** Converts a callback for {@link #fillInterested} and {@link #write}. */
        Object callback(Callback included) {
            return HostedCallback.of(callbackType, included);
        }

        int fill(ByteBuffer bytes) throws IOException {
            try {
                return (int) fill.invokeExact(socket, bytes);
            } catch (Throwable e) {
                throw asDeclared(IOException.class, e);
            }
        }

        boolean flush(ByteBuffer bytes) throws IOException {
            try {
                return (boolean) flush.invokeExact(socket, new ByteBuffer[] {bytes});
            } catch (Throwable e) {
                throw asDeclared(IOException.class, e);
            }
        }

        void fillInterested(Object callback) {
            try {
                fillInterested.invokeExact(socket, callback);
            } catch (Throwable e) {
                throw asDeclared(RuntimeException.class, e);
            }
        }

        void write(Object callback, ByteBuffer bytes) {
            try {
                write.invokeExact(socket, callback, new ByteBuffer[] {bytes});
            } catch (Throwable e) {
                throw asDeclared(RuntimeException.class, e);
            }
        }

        boolean isOpen() {
            try {
                return (boolean) isOpen.invokeExact(socket);
            } catch (Throwable e) {
                throw asDeclared(RuntimeException.class, e);
            }
        }

        boolean isSecure() {
            try {
                return (boolean) isSecure.invokeExact(socket);
            } catch (Throwable e) {
                throw asDeclared(RuntimeException.class, e);
            }
        }

        void setIdleTimeout(long millis) {
            try {
                setIdleTimeout.invokeExact(socket, millis);
            } catch (Throwable e) {
                throw asDeclared(RuntimeException.class, e);
            }
        }

        void close() {
            try {
                close.invokeExact(socket);
            } catch (Throwable e) {
                throw asDeclared(RuntimeException.class, e);
            }
        }
    }

    /** Casts an exception of a method handle to the type that its method declares; throws it if it is unchecked. */
    private static <E extends Exception> E asDeclared(Class<E> declared, Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        return declared.cast(thrown);
    }
}
