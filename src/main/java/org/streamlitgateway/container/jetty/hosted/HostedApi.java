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
 * What {@link HostedSocket} and {@link HostedConnection} use of the Jetty that is the container. Its classes are others than
 * ours, even if they have the same names, and hidden from applications, so all is looked up: public methods, the same in
 * Jetty 12.0 and 12.1. Thread-safe.
 */
final class HostedApi {
    private static final Logger LOG = LoggerFactory.getLogger(HostedApi.class);
    private static final Pattern ENVIRONMENT = Pattern.compile("org\\.eclipse\\.jetty\\.ee\\d+\\.");

    private final ClassLoader loader;

    // of a request
    private final Method ofServlets;
    private final Method unWrap;
    private final Method setAttribute;
    private final String attribute;
    private final Method metaData;
    private final Method connector;
    private final Method listeners;
    private final Method tunnel;
    private final Method endPoint;

    // of a connection
    private final Class<?>[] connectionTypes;
    private final Class<?> listener;
    private final Method onOpened;
    private final Method onClosed;

    // of an end point: its handles take it for an Object
    private final Class<?> callback;
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
        ofServlets = load(environment + "servlet.ServletContextRequest")
                .getMethod("getServletContextRequest", ServletRequest.class);
        unWrap = request.getMethod("unWrap", request);
        setAttribute = request.getMethod("setAttribute", String.class, Object.class);
        attribute = (String) load("org.eclipse.jetty.server.HttpStream")
                .getField("UPGRADE_CONNECTION_ATTRIBUTE")
                .get(null);
        metaData = request.getMethod("getConnectionMetaData");
        connector = metaData.getReturnType().getMethod("getConnector");
        listeners = connector.getReturnType().getMethod("getEventListeners");
        tunnel = request.getMethod("getTunnelSupport");
        endPoint = tunnel.getReturnType().getMethod("getEndPoint");

        Class<?> type = load("org.eclipse.jetty.io.Connection");
        connectionTypes = new Class<?>[] {type, load("org.eclipse.jetty.io.Connection$UpgradeTo")};
        listener = load("org.eclipse.jetty.io.Connection$Listener");
        onOpened = listener.getMethod("onOpened", type);
        onClosed = listener.getMethod("onClosed", type);

        callback = load("org.eclipse.jetty.util.Callback");
        fill = find(int.class, "fill", ByteBuffer.class);
        flush = find(boolean.class, "flush", ByteBuffer[].class);
        fillInterested = find(void.class, "fillInterested", callback);
        write = find(void.class, "write", callback, ByteBuffer[].class);
        isOpen = find(boolean.class, "isOpen");
        isSecure = find(boolean.class, "isSecure");
        setIdleTimeout = find(void.class, "setIdleTimeout", long.class);
        close = find(void.class, "close");
    }

    /**
     * @param container a class of the environment that the application is in, such as EE10
     * @throws ReflectiveOperationException when something is missing
     */
    static HostedApi of(Class<?> container) throws ReflectiveOperationException {
        Matcher environment = ENVIRONMENT.matcher(container.getName());
        if (!environment.lookingAt()) {
            throw new ClassNotFoundException(container + " is of no environment for servlets");
        }
        return new HostedApi(container.getClassLoader(), environment.group());
    }

    private Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, loader);
    }

    private MethodHandle find(Class<?> returned, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        MethodHandle found = MethodHandles.publicLookup()
                .findVirtual(endPoint.getReturnType(), name, methodType(returned, parameters))
                .asFixedArity();
        MethodHandle of = found.asType(found.type().changeParameterType(0, Object.class));
        return parameters.length > 0 && parameters[0] == callback
                ? of.asType(of.type().changeParameterType(1, Object.class))
                : of;
    }

    /**
     * Has Jetty put a wire in the place of the request's connection when the response has been sent.
     *
     * @throws IOException when the connection cannot be replaced
     */
    void upgrade(HttpServletRequest servlets, Function<EndPoint, HostedSocket> wired) throws IOException {
        try {
            Object request = ofServlets.invoke(null, servlets);
            Object asked = tunnel.invoke(request);
            if (asked == null) {
                throw new IOException("this request asks for no tunnel");
            }
            Object socket = endPoint.invoke(asked);
            List<?> counting = ((List<?>) listeners.invoke(connector.invoke(metaData.invoke(request))))
                    .stream().filter(listener::isInstance).toList();
            HostedConnection handler = new HostedConnection(this, socket, counting, wired.apply(new EndPoint(socket)));
            Object replacement = Proxy.newProxyInstance(listener.getClassLoader(), connectionTypes, handler);
            setAttribute.invoke(unWrap.invoke(null, request), attribute, replacement);
        } catch (ReflectiveOperationException refused) {
            throw new IOException("not upgraded", refused);
        }
    }

    void tellOpened(Object listener, Object connection) {
        tell(onOpened, listener, connection);
    }

    void tellClosed(Object listener, Object connection) {
        tell(onClosed, listener, connection);
    }

    private static void tell(Method what, Object listener, Object connection) {
        try {
            what.invoke(listener, connection);
        } catch (InvocationTargetException failed) {
            LOG.info("{} of {} failed: {}", what.getName(), listener, FailureText.of(failed.getCause()));
        } catch (IllegalAccessException unlikely) { // they are public
            throw new IllegalStateException(unlikely);
        }
    }

    /** {@code org.eclipse.jetty.io.EndPoint}, whose documentation holds. */
    final class EndPoint {
        private final Object socket;

        private EndPoint(Object socket) {
            this.socket = socket;
        }

        /** To be used for {@link #fillInterested} and {@link #write}. */
        Object callback(Callback ours) {
            return HostedCallback.of(callback, ours);
        }

        int fill(ByteBuffer bytes) throws IOException {
            try {
                return (int) fill.invokeExact(socket, bytes);
            } catch (Throwable lost) {
                throw as(IOException.class, lost);
            }
        }

        boolean flush(ByteBuffer bytes) throws IOException {
            try {
                return (boolean) flush.invokeExact(socket, new ByteBuffer[] {bytes});
            } catch (Throwable lost) {
                throw as(IOException.class, lost);
            }
        }

        void fillInterested(Object callback) {
            try {
                fillInterested.invokeExact(socket, callback);
            } catch (Throwable lost) {
                throw as(RuntimeException.class, lost);
            }
        }

        void write(Object callback, ByteBuffer bytes) {
            try {
                write.invokeExact(socket, callback, new ByteBuffer[] {bytes});
            } catch (Throwable lost) {
                throw as(RuntimeException.class, lost);
            }
        }

        boolean isOpen() {
            try {
                return (boolean) isOpen.invokeExact(socket);
            } catch (Throwable lost) {
                throw as(RuntimeException.class, lost);
            }
        }

        boolean isSecure() {
            try {
                return (boolean) isSecure.invokeExact(socket);
            } catch (Throwable lost) {
                throw as(RuntimeException.class, lost);
            }
        }

        void setIdleTimeout(long millis) {
            try {
                setIdleTimeout.invokeExact(socket, millis);
            } catch (Throwable lost) {
                throw as(RuntimeException.class, lost);
            }
        }

        void close() {
            try {
                close.invokeExact(socket);
            } catch (Throwable lost) {
                throw as(RuntimeException.class, lost);
            }
        }
    }

    /** A handle throws what its method does, which the compiler does not know. */
    private static <E extends Exception> E as(Class<E> declared, Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException lost) {
            throw lost;
        }
        return declared.cast(thrown);
    }
}
