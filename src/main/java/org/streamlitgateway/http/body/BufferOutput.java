package org.streamlitgateway.http.body;

import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Writes buffers to a servlet's output. The embedded Jetty, a hosted Jetty and Tomcat get the buffer itself: their outputs
 * have {@code write(ByteBuffer)} (before Servlet 6.1, too) and release the buffer when they are ready again. Other
 * containers get a copy. WildFly reports ready while bytes are still pending; so does Jetty 12.0 when a write fails. Tomcat
 * before 10.1.8 sends zeros instead of a direct buffer when it compresses (Tomcat bug 66511).
 */
final class BufferOutput {
    /** Package prefix of a container, and the first version that releases a buffer when it is ready. */
    private static final Map<String, Version> RELEASES_WHEN_READY =
            Map.of("org.eclipse.jetty.", Version.parse("12.1"), "org.apache.catalina.", Version.parse("10.1.8"));

    private static final MethodType WRITE = MethodType.methodType(void.class, ByteBuffer.class);
    private static final MethodType INVOKED =
            MethodType.methodType(void.class, ServletOutputStream.class, ByteBuffer.class);

    /**
     * How to write to one class of output.
     *
     * @param write {@code null} to write a copy
     */
    private record Strategy(Class<?> output, MethodHandle write) {}

    /** Cached for the last output class; a container has only one. */
    private static volatile Strategy cached = new Strategy(null, null);

    private BufferOutput() {}

    /** Writes a buffer, which belongs to the container until {@code isReady()}. */
    static void write(ServletOutputStream output, ByteBuffer bytes) throws IOException {
        Strategy strategy = cached;
        if (strategy.output() != output.getClass()) {
            strategy = strategyFor(output.getClass());
            cached = strategy;
        }
        if (strategy.write() == null) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            output.write(copy);
            return;
        }
        try {
            strategy.write().invokeExact(output, bytes);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Strategy strategyFor(Class<?> output) {
        boolean embedded = output.getClassLoader() == BufferOutput.class.getClassLoader()
                && output.getName().startsWith("org.eclipse.jetty.");
        if (!embedded
                && !releasesWhenReady(output.getName(), output.getPackage().getImplementationVersion())) {
            return new Strategy(output, null);
        }
        try {
            MethodHandle write = MethodHandles.publicLookup().findVirtual(output, "write", WRITE);
            return new Strategy(output, write.asType(INVOKED));
        } catch (NoSuchMethodException | IllegalAccessException notAvailable) {
            return new Strategy(output, null);
        }
    }

    /**
     * Returns whether a container releases a buffer when its output is ready.
     *
     * @param output class name of the output
     * @param version implementation version in the manifest of the container's archive, or {@code null}
     */
    static boolean releasesWhenReady(String output, String version) {
        try {
            return version != null
                    && RELEASES_WHEN_READY.entrySet().stream()
                            .anyMatch(since -> output.startsWith(since.getKey())
                                    && Version.parse(version).compareTo(since.getValue()) >= 0);
        } catch (IllegalArgumentException notAVersion) {
            return false;
        }
    }
}
