package org.streamlitgateway.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.FailureText;

/**
 * Answers the command {@code ctl} on a Unix domain socket that only the gateway's user can open. Thread-safe.
 */
public final class CtlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CtlServer.class);
    private static final int MAX_LINE_BYTES = 8 << 10;

    /** Connections at a time; a further one closes the oldest, which may have been forgotten by its user. */
    private static final int MAX_CONNECTIONS = 8;

    private static final int BACKLOG = 16;

    private final Path file;
    private final ServerSocketChannel server;
    private final Function<CtlRequest, byte[]> handler;

    /** Open connections, the oldest first; guarded by itself. */
    private final Deque<SocketChannel> open = new ArrayDeque<>();

    private CtlServer(Path file, ServerSocketChannel server, Function<CtlRequest, byte[]> handler) {
        this.file = file;
        this.server = server;
        this.handler = handler;
    }

    /**
     * Opens the socket in a folder, under a name with the port; creates the folder if necessary.
     *
     * @param handler answers a request
     */
    public static CtlServer openIn(Path folder, int port, Function<CtlRequest, byte[]> handler) throws IOException {
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] owner = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Files.createDirectories(folder, owner);
        return open(CtlFolder.socket(folder, port), handler);
    }

    /**
     * Opens a socket. Replaces one that a gateway has left behind. The socket is created in a folder of the owner's and then
     * moved, because others could open it before its permissions are set.
     */
    public static CtlServer open(Path file, Function<CtlRequest, byte[]> handler) throws IOException {
        checkUnused(file);
        Path draftFolder = Files.createTempDirectory(file.toAbsolutePath().getParent(), "ctl");
        Path draft = draftFolder.resolve("s");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(draft), BACKLOG);
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            server.close();
            Files.deleteIfExists(draft);
            throw e;
        } finally {
            Files.delete(draftFolder);
        }
        CtlServer opened = new CtlServer(file, server, handler);
        Thread thread = new Thread(opened::accept, "ctl");
        thread.setDaemon(true);
        thread.start();
        return opened;
    }

    private static void checkUnused(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        if (Files.isRegularFile(file) || Files.isDirectory(file)) {
            throw new IOException("it exists and is no socket");
        }
        boolean used;
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            used = probe.isConnected();
        } catch (ConnectException e) {
            used = false;
        }
        if (used) {
            throw new IOException("another gateway listens there");
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                admit(client);
                Thread thread = new Thread(() -> serve(client), "ctl-client");
                thread.setDaemon(true);
                thread.start();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("cannot accept a connection on {}: {}", file, FailureText.of(e));
                return;
            }
        }
    }

    private void admit(SocketChannel client) throws IOException {
        SocketChannel oldest;
        synchronized (open) {
            open.addLast(client);
            oldest = open.size() > MAX_CONNECTIONS ? open.removeFirst() : null;
        }
        if (oldest != null) {
            oldest.close();
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                InputStream in = Channels.newInputStream(client);
                OutputStream out = Channels.newOutputStream(client)) {
            String line = line(in);
            if (line != null) {
                out.write(handler.apply(CtlRequest.parse(line, peer(client))));
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("a ctl connection failed", e);
        } catch (RuntimeException e) {
            LOG.error("a ctl request failed", e);
        } finally {
            synchronized (open) {
                open.remove(client);
            }
        }
    }

    /** Reads the request line; returns {@code null} if it does not end within its limit. */
    private static String line(InputStream in) throws IOException {
        byte[] bytes = new byte[MAX_LINE_BYTES];
        for (int count = 0; count < bytes.length; count++) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (next == '\n') {
                return new String(bytes, 0, count, StandardCharsets.UTF_8);
            }
            bytes[count] = (byte) next;
        }
        return null;
    }

    /** Returns the name of the user at the other end, as the system tells it. */
    private static String peer(SocketChannel client) {
        try {
            return client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        } catch (IOException | UnsupportedOperationException e) {
            return "the gateway's user";
        }
    }

    /** Closes the socket and all connections, and removes the file. */
    @Override
    public void close() {
        try {
            server.close();
            synchronized (open) {
                for (SocketChannel client : open) {
                    client.close();
                }
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("cannot remove {}", file, e);
        }
    }
}
