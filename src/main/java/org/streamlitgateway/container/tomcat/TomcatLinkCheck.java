package org.streamlitgateway.container.tomcat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Check that the running Tomcat has the classes and methods that {@link TomcatSocket} was compiled with. */
final class TomcatLinkCheck {
    private TomcatLinkCheck() {}

    /**
     * Resolves all methods.
     *
     * @throws ReflectiveOperationException if a method is missing
     * @throws LinkageError if a class is missing
     */
    static void check() throws ReflectiveOperationException {
        find(int.class, "read", boolean.class, ByteBuffer.class);
        find(void.class, "write", boolean.class, ByteBuffer.class);
        find(boolean.class, "flush", boolean.class);
        find(void.class, "registerReadInterest");
        find(void.class, "registerWriteInterest");
        find(void.class, "processSocket", SocketEvent.class, boolean.class);
        find(void.class, "close");
        find(boolean.class, "isClosed");
        find(SSLSupport.class, "getSslSupport");
        find(SocketBufferHandler.class, "getSocketBufferHandler");
        if (!Lock.class.isAssignableFrom(lockGetter().getReturnType())
                || Arrays.stream(TomcatSocket.class.getMethods())
                        .anyMatch(method -> Modifier.isAbstract(method.getModifiers()))) {
            throw new NoSuchMethodException("the upgrade handlers of this Tomcat have other methods");
        }
    }

    private static void find(Class<?> returned, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        MethodHandles.publicLookup()
                .findVirtual(SocketWrapperBase.class, name, MethodType.methodType(returned, parameters));
    }

    /** Returns {@code getLock} by reflection: its return type is Lock in Tomcat 10.1 and ReentrantLock in 11. */
    private static Method lockGetter() throws NoSuchMethodException {
        return SocketWrapperBase.class.getMethod("getLock");
    }

    /** Returns the lock that Tomcat holds during calls to an upgrade handler. */
    static Lock lockOf(SocketWrapperBase<?> socket) {
        try {
            return (Lock) lockGetter().invoke(socket);
        } catch (ReflectiveOperationException e) { // resolved by check
            throw new IllegalStateException(e);
        }
    }
}
