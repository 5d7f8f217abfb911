package org.streamlitgateway.doctor.probe;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.streamlitgateway.outcome.Printable;

/** The certificates of one TLS connection, and the verdict of the JVM about them. Filled during the handshake. */
final class Certificates extends X509ExtendedTrustManager {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final int MAX_NAMES = 5;

    private final Target target;
    private List<X509Certificate> chain = List.of();
    private CertificateException rejection;

    Certificates(Target target) {
        this.target = target;
    }

    /** Returns a TLS socket on a connected one, whose handshake has not begun. It accepts any certificate. */
    SSLSocket socketOn(Socket connected) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {this}, new SecureRandom());
            return (SSLSocket) context.getSocketFactory().createSocket(connected, target.host(), target.port(), true);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS in this JVM", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] received, String authType, Socket socket) {
        chain = List.of(received);
        try {
            trustManager().checkServerTrusted(received, authType, socket);
        } catch (CertificateException e) {
            rejection = e;
        } catch (GeneralSecurityException | IOException e) {
            rejection = new CertificateException(e);
        }
    }

    private X509ExtendedTrustManager trustManager() throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        if (!target.authorities().isEmpty()) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate known : acceptedIssuers(factory)) {
                store.setCertificateEntry("jvm-" + number++, known);
            }
            for (X509Certificate added : target.authorities()) {
                store.setCertificateEntry("added-" + number++, added);
            }
            factory.init(store);
        }
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    private static List<X509Certificate> acceptedIssuers(TrustManagerFactory factory) {
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .flatMap(manager -> Arrays.stream(((X509ExtendedTrustManager) manager).getAcceptedIssuers()))
                .toList();
    }

    /** Returns the server's own certificate; {@code null} before the handshake. */
    private X509Certificate leaf() {
        return chain.isEmpty() ? null : chain.get(0);
    }

    CertificateReport report() {
        return new CertificateReport(problems(), summary(), expiresSoon());
    }

    private List<String> problems() {
        X509Certificate leaf = leaf();
        if (leaf == null || rejection == null) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        Instant now = Instant.now();
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            problems.add("it expired on " + day(leaf.getNotAfter().toInstant()));
        }
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            problems.add("it is valid only from " + day(leaf.getNotBefore().toInstant()) + " on");
        }
        List<String> names = names(leaf);
        if (names.stream().noneMatch(this::matches)) {
            problems.add("it is for " + shown(names) + ", not for " + target.host());
        }
        boolean selfSigned = leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal());
        if (selfSigned) {
            problems.add("it is self-signed, which no browser trusts");
        } else if (problems.isEmpty()) {
            problems.add(
                    chain.size() == 1
                            ? "the server sends no intermediate certificate, or this JVM does not trust the issuer "
                                    + issuer(leaf)
                            : "this JVM does not trust the issuer " + issuer(chain.get(chain.size() - 1)));
        }
        return problems;
    }

    private String summary() {
        X509Certificate leaf = leaf();
        return leaf == null
                ? "no certificate"
                : "valid until " + day(leaf.getNotAfter().toInstant()) + ", issued by " + issuer(leaf);
    }

    private boolean expiresSoon() {
        X509Certificate leaf = leaf();
        if (leaf == null) {
            return false;
        }
        Instant end = leaf.getNotAfter().toInstant();
        Duration left = Duration.between(Instant.now(), end);
        Duration life = Duration.between(leaf.getNotBefore().toInstant(), end);
        return left.compareTo(Duration.ofDays(14)) < 0 && left.compareTo(life.dividedBy(3)) < 0;
    }

    private static String day(Instant time) {
        return time.toString().substring(0, 10);
    }

    private static String issuer(X509Certificate certificate) {
        return Printable.of(certificate.getIssuerX500Principal().getName(), 200);
    }

    private static String shown(List<String> names) {
        return names.isEmpty()
                ? "no name at all"
                : Printable.of(String.join(", ", names.subList(0, Math.min(MAX_NAMES, names.size()))), 300);
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return (all == null ? Collections.<List<?>>emptyList() : all)
                    .stream()
                            .filter(name ->
                                    name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
                            .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
                            .toList();
        } catch (CertificateException e) {
            return List.of();
        }
    }

    /** Compares as RFC 6125 section 6.4.3 does: a star replaces the whole first label. */
    private boolean matches(String name) {
        String host = target.host().toLowerCase(Locale.ROOT);
        int dot = host.indexOf('.');
        return name.equals(host)
                || name.startsWith("*.") && dot > 0 && name.substring(1).equals(host.substring(dot));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] received, String authType) throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] received, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] received, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] received, String authType) throws CertificateException {
        throw new CertificateException("only sockets are used");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] received, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("only sockets are used");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
