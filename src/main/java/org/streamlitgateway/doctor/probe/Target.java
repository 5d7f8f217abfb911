package org.streamlitgateway.doctor.probe;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.streamlitgateway.config.HostPort;

/**
 * Address of an app as a browser knows it, and how to connect to it.
 *
 * @param uri {@code http} or {@code https}; the path ends with a slash
 * @param connectTo where to connect instead of the URI's host and port, or {@code null}
 * @param headerLines additional lines of every request, such as a cookie of a log-in
 * @param authorities certificates to trust besides those of the JVM
 * @param insecure whether to go on with a certificate that is not valid
 * @param timeout longest wait for a connection, and for each answer
 */
public record Target(
        URI uri,
        HostPort connectTo,
        List<String> headerLines,
        List<X509Certificate> authorities,
        boolean insecure,
        Duration timeout) {
    /** Returns a target with default options. */
    public static Target of(URI uri, Duration timeout) {
        return new Target(uri, null, List.of(), List.of(), false, timeout);
    }

    /**
     * Parses the address of an app, and completes its path with a slash.
     *
     * @throws URISyntaxException if it is not an absolute http or https address with a host
     */
    public static URI address(String text) throws URISyntaxException {
        URI uri = new URI(text.trim());
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new URISyntaxException(text, "is not an http or https address");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new URISyntaxException(text, "has no plain host name");
        }
        String path = uri.getRawPath();
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return new URI(scheme + "://" + host + port + (path.endsWith("/") ? path : path + "/"));
    }

    public boolean isHttps() {
        return "https".equals(uri.getScheme());
    }

    /** Returns the host without the brackets of an IPv6 address. */
    public String host() {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    public int port() {
        return uri.getPort() >= 0 ? uri.getPort() : defaultPort();
    }

    private int defaultPort() {
        return isHttps() ? 443 : 80;
    }

    /** Returns host and port as a browser puts them into Host: without the scheme's default port. */
    public String authority() {
        return port() == defaultPort() ? uri.getHost() : uri.getHost() + ":" + port();
    }

    /** Returns the Origin of the app's pages. */
    public String origin() {
        return uri.getScheme() + "://" + authority();
    }

    /** Returns the app's path; ends with a slash. */
    public String path() {
        return uri.getRawPath();
    }

    /** Returns where to connect to. */
    public HostPort address() {
        return connectTo == null ? new HostPort(host(), port()) : connectTo;
    }

    /** Returns the same target with another path, which ends with a slash. */
    public Target at(String path) {
        return new Target(
                URI.create(uri.getScheme() + "://" + authority() + path),
                connectTo,
                headerLines,
                authorities,
                insecure,
                timeout);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
