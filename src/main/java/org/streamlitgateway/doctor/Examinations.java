package org.streamlitgateway.doctor;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.streamlitgateway.config.AppConfig;
import org.streamlitgateway.config.ChannelConfig;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.doctor.check.Plan;
import org.streamlitgateway.doctor.probe.Target;
import org.streamlitgateway.doctor.report.Examined;
import org.streamlitgateway.doctor.report.Examined.Place;

/** The examinations of one run: from outside to inside. */
final class Examinations {
    private final GatewayConfig config;
    private final DoctorOptions options;
    private final PrintStream err;

    /** @param config the configured gateway, or {@code null} for none */
    Examinations(GatewayConfig config, DoctorOptions options, PrintStream err) {
        this.config = config;
        this.options = options;
        this.err = err;
    }

    /**
     * Examines the address that visitors use, then the configured gateway and its replicas.
     *
     * @param front the address, or {@code null} for none
     */
    List<Examined> of(Target front) throws UsageException {
        if (config == null) {
            return List.of(Checks.examine(front, plan(Place.FRONT, null, options.idle())));
        }
        List<Examined> examined = new ArrayList<>();
        Addresses addresses = new Addresses(config, options.timeout());
        List<AppConfig> apps = front == null ? config.apps() : addresses.appsAt(front.path());
        if (front != null) {
            AppConfig app = apps.size() == 1 ? apps.get(0) : null;
            examined.add(Checks.examine(front, plan(Place.FRONT, app, options.idle())));
        }
        for (AppConfig app : apps) {
            Target gateway = addresses.gateway(app.prefix());
            if (gateway == null) {
                err.println("streamlit-gateway doctor: proxy-port is 0, so the gateway itself cannot be examined");
            } else {
                Duration idle = examined.isEmpty() ? options.idle() : Duration.ZERO; // once is enough
                examined.add(Checks.examine(gateway, plan(Place.GATEWAY, app, idle)));
            }
            List<Examined> replicas = new ArrayList<>();
            for (Target replica : addresses.replicas(app)) {
                replicas.add(Checks.examine(replica, plan(Place.REPLICA, app, Duration.ZERO)));
            }
            examined.addAll(replicas);
            if (replicas.size() > 1) {
                examined.add(ReplicaComparison.compare(path(app), replicas));
            }
        }
        return examined;
    }

    private static String path(AppConfig app) {
        return app.prefix().isEmpty() ? "/" : app.prefix();
    }

    /** @param app the app, or {@code null} if it is not known */
    private Plan plan(Place place, AppConfig app, Duration idle) {
        return new Plan(place, app == null ? "" : path(app), options.has("--quick"), idle, channels(app));
    }

    /** Returns the channels that a visitor who is not logged in may subscribe to without a connection of his own. */
    private List<String> channels(AppConfig app) {
        return app == null || config == null
                ? List.of()
                : config.channels().stream()
                        .filter(channel -> channel.mode() == ChannelConfig.Mode.SHARED
                                && channel.access().isFor(app.prefix())
                                && channel.access().maySubscribe(null))
                        .map(ChannelConfig::name)
                        .toList();
    }
}
