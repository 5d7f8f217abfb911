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
 * Writes buffers to a servlet's output. Our own Jetty, and Jetty and Tomcat as the container, get them as they are: they
 * have had {@code write(ByteBuffer)} long before Servlet 6.1, and are done with a buffer when they are ready again. Others
 * get a copy that they may keep. WildFly says that it is ready while it still has to send what it got; Jetty 12.0, too,
 * when a write fails; and Tomcat before 10.1.8, where it compresses, sends zeros in the place of a direct buffer (its
 * bug 66511).
 */
final class BufferOutput {
    /** Where a container's own classes are, and the version since which it is done with a buffer when it is ready. */
    private static final Map<String, Version> DONE_WHEN_READY =
            Map.of("org.eclipse.jetty.", Version.parse("12.1"), "org.apache.catalina.", Version.parse("10.1.8"));

    private static final MethodType WRITE = MethodType.methodType(void.class, ByteBuffer.class);
    private static final MethodType CALLED =
            MethodType.methodType(void.class, ServletOutputStream.class, ByteBuffer.class);

    /** @param write {@code null} for a copy */
    private record Way(Class<?> of, MethodHandle write) {}

    /** Of the kind that was seen last; a container has one. */
    private static volatile Way way = new Way(null, null);

    private BufferOutput() {}

    /** The buffer belongs to the container until {@code isReady()}. */
    static void write(ServletOutputStream output, ByteBuffer bytes) throws IOException {
        Way known = way;
        if (known.of() != output.getClass()) {
            known = wayOf(output.getClass());
            way = known;
        }
        if (known.write() == null) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            output.write(copy);
            return;
        }
        try {
            known.write().invokeExact(output, bytes);
        } catch (IOException | RuntimeException | Error lost) {
            throw lost;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Way wayOf(Class<?> output) {
        boolean ours = output.getClassLoader() == BufferOutput.class.getClassLoader()
                && output.getName().startsWith("org.eclipse.jetty.");
        if (!ours && !isDoneWhenReady(output.getName(), output.getPackage().getImplementationVersion())) {
            return new Way(output, null);
        }
        try {
            MethodHandle write = MethodHandles.publicLookup().findVirtual(output, "write", WRITE);
            return new Way(output, write.asType(CALLED));
        } catch (NoSuchMethodException | IllegalAccessException other) {
            return new Way(output, null);
        }
    }

    /** @param version what the container's archive says, or {@code null} */
    static boolean isDoneWhenReady(String output, String version) {
        try {
            return version != null
                    && DONE_WHEN_READY.entrySet().stream()
                            .anyMatch(since -> output.startsWith(since.getKey())
                                    && Version.parse(version).compareTo(since.getValue()) >= 0);
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }
}
