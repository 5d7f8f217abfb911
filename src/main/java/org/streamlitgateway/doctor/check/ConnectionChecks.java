package org.streamlitgateway.doctor.check;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.doctor.hop.Hop;
import org.streamlitgateway.doctor.probe.CertificateReport;
import org.streamlitgateway.doctor.probe.Connection;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.probe.response.ProbeException;
import org.streamlitgateway.doctor.probe.response.ProbeException.Kind;

/** Name, TCP, TLS and HTTP version. */
final class ConnectionChecks {
    private static final int MAX_ADDRESSES = 8;

    private final Examination at;

    ConnectionChecks(Examination at) {
        this.at = at;
    }

    /** Returns whether a browser can connect. */
    boolean run() {
        HostPort address = at.target().address();
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(address.host());
        } catch (UnknownHostException e) {
            at.fail(
                    "dns",
                    Hop.UNKNOWN,
                    "the name " + address.host() + " has no address",
                    "no browser can find the server",
                    "add the name to DNS, or correct the address");
            return false;
        }
        at.ok(
                "dns",
                address.host() + " is "
                        + Arrays.stream(found)
                                .limit(MAX_ADDRESSES)
                                .map(InetAddress::getHostAddress)
                                .collect(Collectors.joining(", ")));
        return connects(found, address.port()) && (!at.target().isHttps() || isSecure());
    }

    private boolean connects(InetAddress[] addresses, int port) {
        List<String> refused = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        int tried = Math.min(MAX_ADDRESSES, addresses.length);
        long start = System.nanoTime();
        for (InetAddress address : List.of(addresses).subList(0, tried)) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(address, port), (int) at.timeout().toMillis());
            } catch (IOException e) {
                (isOfThisMachine(address, e) ? missing : refused).add(address.getHostAddress());
            }
        }
        if (refused.size() + missing.size() < tried) {
            long millis = (System.nanoTime() - start) / 1_000_000;
            partly(port, refused, missing.isEmpty() ? millis + " ms" : "but not at " + String.join(", ", missing));
            return true;
        }
        refused.addAll(missing);
        at.fail(
                "tcp",
                Hop.UNKNOWN,
                refusal(refused, port),
                "no browser can connect",
                "start the server; check its address, its port and the firewalls before it");
        return false;
    }

    private void partly(int port, List<String> refused, String more) {
        if (refused.isEmpty()) {
            at.ok("tcp", "port " + port + " accepts connections, " + more);
            return;
        }
        at.warn(
                "tcp",
                Hop.UNKNOWN,
                refusal(refused, port) + ", other addresses do",
                "some visitors wait or fail",
                "remove the address from DNS, or let the server listen there");
    }

    private static String refusal(List<String> addresses, int port) {
        return String.join(", ", addresses) + " accepts no connection at port " + port;
    }

    /** Whether this machine alone is the reason: it has no IPv6, for example. Browsers try the next address then. */
    private static boolean isOfThisMachine(InetAddress address, IOException e) {
        return address.isLoopbackAddress()
                || e instanceof NoRouteToHostException
                || String.valueOf(e.getMessage()).contains("unreachable");
    }

    private boolean isSecure() {
        Target target = at.target();
        CertificateReport certificate;
        String description;
        String protocol;
        try (Connection connection = Connection.open(insecure(target), "h2", "http/1.1")) {
            certificate = connection.certificate();
            description = connection.description();
            protocol = connection.protocol();
        } catch (ProbeException e) {
            at.fail(
                    "tls",
                    Hop.UNKNOWN,
                    e.getMessage(),
                    "no browser can open the page",
                    e.kind() == Kind.TLS
                            ? "check that this port speaks TLS 1.2 or 1.3; use http:// if it speaks none"
                            : "see whether the server is overloaded or restarting");
            return false;
        }
        if (!certificate.problems().isEmpty()) {
            return isAccepted(certificate);
        }
        if (certificate.expiresSoon()) {
            at.warn(
                    "tls",
                    Hop.UNKNOWN,
                    "the certificate is " + certificate.summary(),
                    "after that day no browser opens the page",
                    "see why it has not been renewed");
        } else {
            at.ok("tls", description + ", certificate " + certificate.summary());
        }
        httpVersion(protocol);
        return true;
    }

    private static Target insecure(Target target) {
        return new Target(target.uri(), target.connectTo(), List.of(), target.authorities(), true, target.timeout());
    }

    private boolean isAccepted(CertificateReport certificate) {
        String seen = "the certificate is not valid: " + String.join("; ", certificate.problems());
        String mend =
                "renew it at the hop that ends TLS, for this host name, with its intermediate certificates; if this"
                        + " machine lacks a company's authority, name its PEM file by --ca";
        if (at.target().insecure()) {
            at.warn("tls", Hop.UNKNOWN, seen, "browsers refuse the page", mend);
            return true;
        }
        at.fail("tls", Hop.UNKNOWN, seen, "browsers refuse the page", mend + "; --insecure runs the other checks");
        return false;
    }

    private void httpVersion(String protocol) {
        if (protocol.equals("h2")) {
            at.ok("http2", "the server offers HTTP/2");
        } else {
            at.warn(
                    "http2",
                    Hop.UNKNOWN,
                    "the server offers HTTP/1.1 only",
                    "Streamlit's page has about 70 files, which HTTP/1.1 loads six at a time",
                    "nginx: listen 443 ssl http2; | HAProxy: bind … alpn h2,http/1.1");
        }
    }
}
