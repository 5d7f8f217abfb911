package org.streamlitgateway.doctor.probe;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.ProbeException.Kind;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.doctor.probe.response.ResponseReader;
import org.streamlitgateway.outcome.FailureText;
import org.streamlitgateway.outcome.Printable;

/** A TCP or TLS connection to a target, for one exchange. Used by one thread. */
public final class Connection implements Closeable {
    /** Bytes that are sent between two looks for an early answer. */
    private static final int PIECE = 16 << 10;

    /** Slowest rate of sending that is not taken for a failure. */
    private static final int BYTES_PER_MILLI = 50;

    private final Target target;
    private final Socket raw;
    private final Socket socket;
    private final Certificates certificates;
    private final InputStream in;
    private final OutputStream out;

    private Connection(Target target, Socket raw, Socket socket, Certificates certificates) throws IOException {
        this.target = target;
        this.raw = raw;
        this.socket = socket;
        this.certificates = certificates;
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /**
     * Connects, with a TLS handshake for https.
     *
     * @param protocols application protocols to offer (RFC 7301); none for no offer
     * @throws ProbeException if there is no connection, or its certificate is not valid
     */
    public static Connection open(Target target, String... protocols) throws ProbeException {
        HostPort address = target.address();
        Socket raw = null;
        try {
            raw = connect(address, target);
        } catch (UnknownHostException e) {
            throw new ProbeException(Kind.UNKNOWN_HOST, "the name " + address.host() + " has no address");
        } catch (SocketTimeoutException e) {
            throw new ProbeException(Kind.CONNECT_TIMEOUT, "no TCP connection to " + address + " in time");
        } catch (IOException e) {
            throw new ProbeException(Kind.REFUSED, "no TCP connection to " + address + ": " + FailureText.of(e));
        }
        try {
            if (!target.isHttps()) {
                return new Connection(target, raw, raw, null);
            }
            Certificates certificates = new Certificates(target);
            SSLSocket secured = certificates.socketOn(raw);
            handshake(raw, secured, target, protocols);
            Connection connection = new Connection(target, raw, secured, certificates);
            List<String> problems = certificates.report().problems();
            if (!target.insecure() && !problems.isEmpty()) {
                connection.close();
                throw new ProbeException(Kind.CERTIFICATE, String.join("; ", problems));
            }
            return connection;
        } catch (ProbeException e) {
            throw e;
        } catch (IOException e) {
            close(raw);
            throw new ProbeException(Kind.TLS, FailureText.of(e));
        }
    }

    /** Connects to the first address of the name that accepts a connection, as browsers do. */
    private static Socket connect(HostPort address, Target target) throws IOException {
        IOException failure = null;
        for (InetAddress resolved : InetAddress.getAllByName(address.host())) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(resolved, address.port()), (int)
                        target.timeout().toMillis());
                return socket;
            } catch (IOException | IllegalArgumentException e) {
                close(socket);
                failure = e instanceof IOException known ? known : new IOException(e);
            }
        }
        throw failure == null ? new UnknownHostException(address.host()) : failure;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed as far as possible
        }
    }

    private static void handshake(Socket raw, SSLSocket secured, Target target, String... protocols)
            throws IOException {
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(protocols);
        secured.setSSLParameters(parameters);
        try (Watchdog watchdog = Watchdog.on(raw, target.timeout())) {
            try {
                secured.startHandshake();
            } catch (SSLException e) {
                throw watchdog.hasFired() ? new IOException("the TLS handshake took too long", e) : e;
            }
        }
    }

    /** Returns what is known of the server's certificate; {@code null} without TLS. */
    public CertificateReport certificate() {
        return certificates == null ? null : certificates.report();
    }

    /** Returns the protocol that the peer chose of those offered; empty if it chose none. */
    public String protocol() {
        return socket instanceof SSLSocket secured && secured.getApplicationProtocol() != null
                ? secured.getApplicationProtocol()
                : "";
    }

    /** Returns the address of the peer, and with TLS the version of TLS. */
    public String description() {
        String address = raw.getInetAddress().getHostAddress() + " port " + raw.getPort();
        return socket instanceof SSLSocket secured
                ? address + ", " + secured.getSession().getProtocol()
                : address;
    }

    /**
     * Sends a request and reads the answer. Stops sending when the answer begins.
     *
     * @param head request line and header lines with the empty line
     * @param body the body, or empty
     * @param maxBody number of bytes of the answer's body to keep
     */
    Response exchange(String head, byte[] body, int maxBody) throws ProbeException {
        try (Watchdog watchdog = Watchdog.on(raw, limit(body.length))) {
            try {
                boolean cut = !send(head, body);
                long sent = System.nanoTime();
                ResponseReader reader = new ResponseReader(in, head.startsWith("HEAD "), maxBody);
                try {
                    return reader.read(sent);
                } catch (ProbeException e) {
                    throw cut && e.kind() == Kind.CLOSED
                            ? new ProbeException(Kind.CLOSED, "the connection was closed while the body was being sent")
                            : e;
                }
            } catch (ProbeException e) {
                throw e;
            } catch (IOException e) {
                throw watchdog.hasFired() ? late() : closed(e);
            }
        }
    }

    /** Returns the longest time to send this many bytes and to get the answer. */
    private Duration limit(int bytes) {
        return target.timeout().plusMillis(bytes / BYTES_PER_MILLI);
    }

    private ProbeException late() {
        return new ProbeException(
                Kind.TIMEOUT, "no answer within " + target.timeout().toSeconds() + " s");
    }

    private static ProbeException closed(IOException e) {
        return new ProbeException(Kind.CLOSED, "the connection was closed without an answer (" + reason(e) + ")");
    }

    private static String reason(IOException e) {
        String text = FailureText.of(e).toLowerCase(Locale.ROOT);
        return text.contains("reset") ? "reset" : Printable.of(text, 80);
    }

    /** Returns false if the peer closed its side before it had everything. */
    private boolean send(String head, byte[] body) throws IOException {
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        try {
            for (int at = 0; at < body.length && in.available() == 0; at += PIECE) {
                out.write(body, at, Math.min(PIECE, body.length - at));
            }
            out.flush();
            return true;
        } catch (IOException e) {
            return false; // an answer may have been sent before
        }
    }

    /** Returns the input after the head of an accepted WebSocket handshake. */
    InputStream in() {
        return in;
    }

    /** Writes all bytes within the time limit. */
    void write(ByteBuffer bytes) throws ProbeException {
        try (Watchdog watchdog = Watchdog.on(raw, limit(bytes.remaining()))) {
            try {
                byte[] piece = new byte[Math.min(PIECE, bytes.remaining())];
                while (bytes.hasRemaining()) {
                    int count = Math.min(piece.length, bytes.remaining());
                    bytes.get(piece, 0, count);
                    out.write(piece, 0, count);
                }
                out.flush();
            } catch (IOException e) {
                throw watchdog.hasFired() ? late() : closed(e);
            }
        }
    }

    /** Limits the wait of the next reads; a read that finds nothing throws a SocketTimeoutException. */
    void limitRead(Duration time) throws IOException {
        socket.setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, time.toMillis())));
    }

    @Override
    public void close() {
        close(raw);
    }
}
