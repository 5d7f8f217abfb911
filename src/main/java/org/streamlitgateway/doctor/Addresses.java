package org.streamlitgateway.doctor;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.HostPort;
import org.streamlitgateway.doctor.probe.Browser;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.probe.response.ProbeException;

/** The addresses of a configured gateway and of its replicas, as seen from this machine. */
final class Addresses {
    private final GatewayConfig config;
    private final Duration timeout;

    Addresses(GatewayConfig config, Duration timeout) {
        this.config = config;
        this.timeout = timeout;
    }

    /** Returns the app that is served at a path, and the others if there is no such app. */
    List<AppConfig> appsAt(String path) {
        return config.apps().stream()
                .filter(app -> path.startsWith(app.prefix() + "/"))
                .max(Comparator.comparing(app -> app.prefix().length()))
                .map(List::of)
                .orElse(config.apps());
    }

    /** Returns the gateway's own address; {@code null} if its port is known only to the gateway. */
    Target gateway(String prefix) {
        HostPort listen = config.listen();
        if (listen.port() == 0) {
            return null;
        }
        HostPort address = new HostPort(reachable(listen.host()), listen.port());
        // the name decides whether the gateway serves the request, the address where it is sent
        String authority = config.exposure().allowedHosts().stream()
                .filter(host -> !host.contains("*"))
                .findFirst()
                .map(host -> host.matches(".*:\\d+") ? host : host + ":" + listen.port())
                .orElse(address.toString());
        URI uri = URI.create((config.tls() == null ? "http://" : "https://") + authority + prefix + "/");
        return new Target(uri, address, List.of(), List.of(), true, timeout); // its certificate is for its public name
    }

    /** Returns a loopback address for an address that means every one. */
    private static String reachable(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isAnyLocalAddress() ? (host.indexOf(':') >= 0 ? "::1" : "127.0.0.1") : host;
        } catch (UnknownHostException e) {
            return host;
        }
    }

    /** Returns the addresses of the app's external replicas. */
    List<Target> replicas(AppConfig app) {
        List<Target> targets = new ArrayList<>();
        for (AppConfig.Upstream replica : app.replicas()) {
            Target root = Target.of(URI.create("http://" + replica.address() + "/"), timeout);
            targets.add(root.at(basePath(root, app)));
        }
        return targets;
    }

    /** Returns the base path of a replica; asks it unless the configuration says whether the prefix is stripped. */
    private static String basePath(Target root, AppConfig app) {
        String prefixed = app.prefix() + "/";
        if (app.prefix().isEmpty() || app.strip() == AppConfig.Strip.YES) {
            return "/";
        }
        if (app.strip() == AppConfig.Strip.NO) {
            return prefixed;
        }
        try {
            return new Browser(root).get(prefixed + "_stcore/health").isSuccess() ? prefixed : "/";
        } catch (ProbeException e) {
            return "/";
        }
    }
}
