package org.streamlitgateway.http;

import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * Writes buffers to a servlet's output as they are where Jetty or Tomcat is the container: both have had
 * {@code write(ByteBuffer)} long before Servlet 6.1, and are done with a buffer when they are ready again. Others get a
 * copy that they may keep: WildFly says that it is ready while it still has to send the buffer.
 */
final class BufferOutput {
    private static final MethodType WRITE = MethodType.methodType(void.class, ByteBuffer.class);
    private static final MethodType CALLED =
            MethodType.methodType(void.class, ServletOutputStream.class, ByteBuffer.class);

    private static final Pattern DONE_WHEN_READY = Pattern.compile("org\\.(eclipse\\.jetty|apache\\.catalina)\\..*");

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
            copy(output, bytes);
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
        if (!DONE_WHEN_READY.matcher(output.getName()).matches()) {
            return new Way(output, null);
        }
        try {
            return new Way(
                    output,
                    MethodHandles.publicLookup()
                            .findVirtual(output, "write", WRITE)
                            .asType(CALLED));
        } catch (NoSuchMethodException | IllegalAccessException other) {
            return new Way(output, null);
        }
    }

    private static void copy(ServletOutputStream output, ByteBuffer bytes) throws IOException {
        if (bytes.hasArray()) {
            output.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } else {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            output.write(copy);
        }
    }
}
