package org.streamlitgateway.config;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * All that the gateway is told, validated. Immutable; made by {@link Settings}.
 *
 * @param listen where the embedded gateway listens; unused in a container
 * @param app the app that is served
 * @param trustedProxies peers whose forwarding headers are believed
 * @param allowedOrigins further Origins that may open WebSockets, in lower case; {@code *} stands for all
 * @param userHeader name of the header that carries the authenticated user
 * @param timeouts every wait that has a bound
 * @param assetCacheBytes memory for stored assets; 0 keeps none
 * @param logLevel ERROR, WARN, INFO, DEBUG or TRACE
 */
public record GatewayConfig(
        HostPort listen,
        AppConfig app,
        List<Cidr> trustedProxies,
        Set<String> allowedOrigins,
        String userHeader,
        Timeouts timeouts,
        long assetCacheBytes,
        String logLevel) {

    public GatewayConfig with(AppConfig changed) {
        return new GatewayConfig(
                listen, changed, trustedProxies, allowedOrigins, userHeader, timeouts, assetCacheBytes, logLevel);
    }

    /** See {@link Setting} for the meaning of each. */
    public record Timeouts(
            Duration connect,
            Duration upstream,
            Duration client,
            Duration handshake,
            Duration pingInterval,
            Duration pong,
            Duration stall,
            Duration drainDelay,
            Duration stop,
            Duration closeSpread) {}
}
