package org.streamlitgateway.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A file to which lines are appended. Opens the path again on request, and when the file there is another one, since
 * {@code logrotate} renames it. Used by one thread, except for {@link #requestReopen}.
 */
final class LogFile implements Destination {
    private static final Set<OpenOption> OPTIONS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    private static final String PERMISSIONS = "rw-r-----";
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final byte END = '\n';

    private final Path path;
    private volatile boolean reopenRequested;
    private FileChannel channel;

    /** Identity of the open file; {@code null} if the system has none. */
    private Object key;

    private long checkedNanos;

    /** End of a line whose begin is in the file already; {@code null} for none. */
    private ByteBuffer cut;

    /**
     * Opens a regular file, or creates it. Anything else, such as a pipe, is opened by the first line, since that may wait.
     *
     * @throws IOException if the file cannot be opened; the message is fit for a user
     */
    LogFile(Path path) throws IOException {
        this.path = path;
        if (!Files.exists(path) || Files.isRegularFile(path)) {
            try {
                open();
            } catch (IOException e) {
                throw new IOException("cannot open the access log " + path + ": " + reason(e), e);
            }
        }
    }

    /** Returns the reason for a failure without the path, which Java puts first. */
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "its folder does not exist" : String.valueOf(e.getMessage());
    }

    private void open() throws IOException {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PERMISSIONS))
                }
                : new FileAttribute<?>[0];
        channel = FileChannel.open(path, OPTIONS, attributes);
        key = keyAtPath();
        checkedNanos = System.nanoTime();
        if (isCut()) { // by a kill in the middle of a write
            channel.write(ByteBuffer.wrap(new byte[] {END}));
        }
    }

    /** Whether the file ends in the middle of a line. */
    private boolean isCut() throws IOException {
        if (!Files.isRegularFile(path) || channel.size() == 0) {
            return false;
        }
        try (FileChannel read = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return read.read(last, Math.max(0, read.size() - 1)) == 1 && last.get(0) != END;
        }
    }

    private Object keyAtPath() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    @Override
    public void requestReopen() {
        reopenRequested = true;
    }

    @Override
    public void reopenIfRequested() throws IOException {
        if (reopenRequested) {
            reopenRequested = false;
            close();
            open();
        }
    }

    @Override
    public int write(String lines) throws IOException {
        reopenIfRequested();
        if (channel == null || isReplaced()) {
            close();
            open();
        }
        if (cut != null) {
            write(cut);
            cut = null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
        try {
            write(bytes);
            return 0;
        } catch (IOException e) {
            if (bytes.position() == 0) {
                throw e;
            }
            return keepCutLine(bytes);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Whether another file is at the path now, or none. Looks once a second. */
    private boolean isReplaced() {
        long now = System.nanoTime();
        if (now - checkedNanos < CHECK_NANOS) {
            return false;
        }
        checkedNanos = now;
        try {
            Object found = keyAtPath();
            return key != null && !key.equals(found);
        } catch (IOException e) {
            return true;
        }
    }

    /** Keeps the end of a line that was written in part; returns the number of lines after it, which are lost. */
    private int keepCutLine(ByteBuffer bytes) {
        int lineEnd = bytes.position();
        if (bytes.get(lineEnd - 1) != END) {
            while (bytes.get(lineEnd) != END) {
                lineEnd++;
            }
            lineEnd++;
            cut = bytes.slice(bytes.position(), lineEnd - bytes.position());
        }
        int lost = 0;
        for (int i = lineEnd; i < bytes.limit(); i++) {
            lost += bytes.get(i) == END ? 1 : 0;
        }
        return lost;
    }

    @Override
    public void close() {
        cut = null;
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // all lines were handed over to the system; nothing can be done about them
            }
        }
    }
}
