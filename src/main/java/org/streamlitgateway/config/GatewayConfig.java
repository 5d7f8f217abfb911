package org.streamlitgateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * All that the gateway is told, validated. Immutable; made by {@link Settings}.
 *
 * @param listen where the embedded gateway listens; unused in a container
 * @param tls the files for TLS on that port, or {@code null} to speak in the clear
 * @param app the app that is served
 * @param trustedProxies peers whose forwarding headers are believed
 * @param allowedOrigins further Origins that may open WebSockets, in lower case; {@code *} stands for all
 * @param userHeader name of the header that carries the authenticated user
 * @param relay how the embedded gateway relays WebSockets
 * @param timeouts every wait that has a bound
 * @param assetCacheBytes memory for stored assets; 0 keeps none
 * @param logLevel ERROR, WARN, INFO, DEBUG or TRACE
 * @param channels the feeds that pages may subscribe to
 */
public record GatewayConfig(
        HostPort listen,
        Tls tls,
        AppConfig app,
        List<Cidr> trustedProxies,
        Set<String> allowedOrigins,
        String userHeader,
        Relaying relay,
        Timeouts timeouts,
        long assetCacheBytes,
        String logLevel,
        List<ChannelConfig> channels) {

    public GatewayConfig with(AppConfig changed) {
        return new GatewayConfig(
                listen,
                tls,
                changed,
                trustedProxies,
                allowedOrigins,
                userHeader,
                relay,
                timeouts,
                assetCacheBytes,
                logLevel,
                channels);
    }

    /** How WebSockets are relayed. */
    public enum Relaying {
        SPLICE,
        BRIDGE
    }

    /**
     * TLS of the embedded gateway.
     *
     * @param certificate PEM file: the server's certificate, then those that signed it
     * @param key PEM file: its private key
     */
    public record Tls(Path certificate, Path key) {}

    /** See {@link Setting} for the meaning of each. */
    public record Timeouts(
            Duration connect,
            Duration upstream,
            Duration client,
            Duration handshake,
            Duration pingInterval,
            Duration pong,
            Duration stall,
            Duration stop) {}
}
