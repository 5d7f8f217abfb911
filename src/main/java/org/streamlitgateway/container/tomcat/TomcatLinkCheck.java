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

/** What {@link TomcatSocket} uses of Tomcat, which may be another than it was compiled with. */
final class TomcatLinkCheck {
    private TomcatLinkCheck() {}

    /**
     * Returns when this Tomcat has it all.
     *
     * @throws ReflectiveOperationException when it has not
     * @throws LinkageError when it has not even the classes
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
            throw new NoSuchMethodException("other methods than they were");
        }
    }

    private static void find(Class<?> returned, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        MethodHandles.publicLookup()
                .findVirtual(SocketWrapperBase.class, name, MethodType.methodType(returned, parameters));
    }

    /** It returns a Lock in Tomcat 10.1 and a ReentrantLock in 11, so that no call can be compiled for both. */
    private static Method lockGetter() throws NoSuchMethodException {
        return SocketWrapperBase.class.getMethod("getLock");
    }

    /** The lock that Tomcat holds while it calls. */
    static Lock lockOf(SocketWrapperBase<?> socket) {
        try {
            return (Lock) lockGetter().invoke(socket);
        } catch (ReflectiveOperationException unlikely) { // see check
            throw new IllegalStateException(unlikely);
        }
    }
}
