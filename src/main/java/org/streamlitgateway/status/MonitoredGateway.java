package org.streamlitgateway.status;

import java.time.Instant;
import java.util.List;
import org.streamlitgateway.channel.Channels;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.reload.Reload;
import org.streamlitgateway.routing.App;

/** The gateway whose status is read. Thread-safe. */
public interface MonitoredGateway {
    /** Returns the apps in the order of the configuration. */
    List<App> apps();

    Traffic traffic();

    Channels channels();

    StatusSnapshot.GatewayFacts facts();

    /** Returns the result of the latest reload; {@code null} without a configuration file. */
    Reload configuration();

    /** Returns when the certificate expires; {@code null} without TLS. */
    Instant certificateExpiry();
}
