package org.streamlitgateway.doctor.hop;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How to configure the products in front of Streamlit. */
public enum Mend {
    UPGRADE(
            Map.of(
                    Hop.NGINX,
                    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection"
                            + " \"upgrade\";",
                    Hop.HAPROXY,
                    "mode http, without http-request del-header Upgrade or Connection",
                    Hop.CADDY,
                    "reverse_proxy without header_up for Upgrade or Connection",
                    Hop.APACHE,
                    "ProxyPass … upgrade=websocket (2.4.47), or mod_proxy_wstunnel",
                    Hop.ENVOY,
                    "upgrade_configs: [{upgrade_type: websocket}]",
                    Hop.AWS,
                    "use an Application Load Balancer with an HTTP/1.1 target group, not a Classic one",
                    Hop.CLOUDFLARE,
                    "Network, WebSockets: on",
                    Hop.IIS,
                    "install the WebSocket Protocol feature"),
            "pass Upgrade and Connection on, with HTTP/1.1"),
    HOST(
            Map.of(
                    Hop.NGINX, "proxy_set_header Host $http_host; ($host drops the port)",
                    Hop.HAPROXY, "remove http-request set-header Host",
                    Hop.CADDY, "remove header_up Host",
                    Hop.APACHE, "ProxyPreserveHost On",
                    Hop.ENVOY, "remove host_rewrite_literal",
                    Hop.IIS, "preserveHostHeader=\"true\""),
            "pass Host on as the browser sent it, with its port"),
    SUBPROTOCOL(
            Map.of(
                    Hop.NGINX, "remove proxy_set_header Sec-WebSocket-Protocol and proxy_hide_header",
                    Hop.HAPROXY, "remove http-request or http-response del-header Sec-WebSocket-Protocol",
                    Hop.CADDY, "remove header_up or header_down for Sec-WebSocket-Protocol"),
            "pass Sec-WebSocket-Protocol on in both directions"),
    ORIGIN(
            Map.of(
                    Hop.NGINX, "remove proxy_set_header Origin",
                    Hop.HAPROXY, "remove http-request del-header or set-header Origin",
                    Hop.CADDY, "remove header_up Origin"),
            "pass Origin on as the browser sent it"),
    BODY_LIMIT(
            Map.of(
                    Hop.NGINX, "client_max_body_size 200m; (ingress-nginx: proxy-body-size)",
                    Hop.HAPROXY, "raise the limit on req.body_size or content-length",
                    Hop.CADDY, "request_body { max_size 200MB }",
                    Hop.APACHE, "LimitRequestBody 209715200",
                    Hop.ENVOY, "raise max_request_bytes of the buffer filter",
                    Hop.CLOUDFLARE, "the plan's upload limit, or upload past Cloudflare",
                    Hop.IIS, "maxAllowedContentLength=\"209715200\""),
            "raise the limit of the request body to Streamlit's 200 MB"),
    METHOD(
            Map.of(
                    Hop.NGINX, "remove limit_except, or add PUT and DELETE to it",
                    Hop.HAPROXY, "remove the http-request deny on the method",
                    Hop.CADDY, "remove the matcher on the method",
                    Hop.APACHE, "remove <LimitExcept>",
                    Hop.IIS, "allow the verbs PUT and DELETE"),
            "allow PUT and DELETE"),
    IDLE(
            Map.of(
                    Hop.NGINX, "proxy_read_timeout 1h; proxy_send_timeout 1h; (ingress-nginx: proxy-read-timeout)",
                    Hop.HAPROXY, "timeout tunnel 1h, and timeout client and timeout server above 60s",
                    Hop.CADDY, "remove stream_timeout, or raise it",
                    Hop.APACHE, "ProxyTimeout 3600",
                    Hop.ENVOY, "timeout: 0s and a stream_idle_timeout of an hour",
                    Hop.AWS, "idle_timeout.timeout_seconds 3600",
                    Hop.IIS, "raise the proxy's time-out"),
            "raise the time-out of WebSockets to an hour, also at a load balancer of AWS, Azure or Google"),
    HEADER_SIZE(
            Map.of(
                    Hop.NGINX, "large_client_header_buffers 4 16k;",
                    Hop.HAPROXY, "tune.bufsize 32768",
                    Hop.APACHE, "LimitRequestFieldSize 16380",
                    Hop.ENVOY, "max_request_headers_kb: 60",
                    Hop.IIS, "raise MaxFieldLength and MaxRequestBytes"),
            "allow header lines of 8 KB and request heads of 16 KB (Jetty requestHeaderSize, Tomcat"
                    + " maxHttpRequestHeaderSize)"),
    STICKY(
            Map.of(
                    Hop.NGINX,
                            "ip_hash; in the upstream block, so that all visitors behind one address share a process (ingress-nginx:"
                                    + " affinity: cookie)",
                    Hop.HAPROXY, "cookie replica insert indirect nocache, and cookie VALUE at each server",
                    Hop.CADDY, "lb_policy cookie",
                    Hop.APACHE, "ProxySet stickysession=ROUTEID",
                    Hop.ENVOY, "a hash_policy on a cookie",
                    Hop.AWS, "stickiness.enabled true",
                    Hop.CLOUDFLARE, "session affinity of the load balancer"),
            "keep each visitor on one process by a cookie (streamlit-gateway does it for replicas in its configuration)"),
    SCHEME(
            Map.of(
                    Hop.NGINX, "proxy_set_header X-Forwarded-Proto $scheme;",
                    Hop.HAPROXY, "http-request set-header X-Forwarded-Proto https if { ssl_fc }",
                    Hop.APACHE, "RequestHeader set X-Forwarded-Proto https"),
            "send X-Forwarded-Proto: https, and name the proxy's address in trusted-proxies (streamlit-gateway) or"
                    + " FORWARDED_ALLOW_IPS (Streamlit)"),
    REDIRECT(
            Map.of(
                    Hop.NGINX,
                            "proxy_redirect / /PREFIX/; or port_in_redirect off; and proxy_set_header Host $http_host;",
                    Hop.HAPROXY, "http-response replace-header Location",
                    Hop.CADDY, "header_down Location",
                    Hop.APACHE, "ProxyPassReverse"),
            "rewrite Location to the public address, or set server.baseUrlPath and do not strip the prefix"),
    COOKIE_PATH(
            Map.of(
                    Hop.NGINX, "remove proxy_cookie_path and proxy_cookie_domain",
                    Hop.APACHE, "remove ProxyPassReverseCookiePath and ProxyPassReverseCookieDomain"),
            "pass Set-Cookie on unchanged"),
    BUFFERING(
            Map.of(
                    Hop.NGINX, "remove proxy_ignore_headers X-Accel-Buffering, or proxy_buffering off;",
                    Hop.HAPROXY, "compression type without text/event-stream",
                    Hop.CADDY, "reverse_proxy { flush_interval -1 }",
                    Hop.APACHE, "ProxyPass … flushpackets=on"),
            "pass each event on as it arrives"),
    CACHE(
            Map.of(
                    Hop.NGINX, "proxy_cache off; for the app, or cache /static/ only",
                    Hop.CLOUDFLARE, "a cache rule that bypasses the app's paths but /static/"),
            "cache nothing but /static/"),
    COMPRESSION(
            Map.of(
                    Hop.NGINX, "gzip on; gzip_proxied any; gzip_types text/css application/javascript text/javascript;",
                    Hop.HAPROXY, "compression algo gzip, compression type text/css text/javascript",
                    Hop.CADDY, "encode gzip",
                    Hop.APACHE, "mod_deflate"),
            "compress scripts and styles (streamlit-gateway does it)"),
    PREFIX(
            Map.of(
                    Hop.NGINX,
                    "location /PREFIX/ { proxy_pass http://STREAMLIT/; } (both slashes) without server.baseUrlPath, or"
                            + " proxy_pass http://STREAMLIT; with it",
                    Hop.HAPROXY,
                    "http-request replace-path /PREFIX(/.*) \\1 without server.baseUrlPath, or no replace-path with it",
                    Hop.CADDY,
                    "handle_path /PREFIX/* without server.baseUrlPath, or handle /PREFIX/* with it"),
            "strip the prefix, or set server.baseUrlPath to it; not both and not neither");

    private static final List<Hop> COMMON = List.of(Hop.NGINX, Hop.HAPROXY, Hop.CADDY);

    @SuppressWarnings("ImmutableEnumChecker") // a map of strings
    private final Map<Hop, String> byHop;

    private final String generally;

    Mend(Map<Hop, String> byHop, String generally) {
        this.byHop = byHop;
        this.generally = generally;
    }

    /** Returns the instruction for this product; for an unknown one in general and for the common ones. */
    public String at(Hop hop) {
        if (hop == Hop.GATEWAY || hop == Hop.STREAMLIT) {
            return generally;
        }
        String known = byHop.get(hop);
        return known != null
                ? hop + ": " + known
                : generally
                        + COMMON.stream()
                                .filter(byHop::containsKey)
                                .map(common -> " | " + common + ": " + byHop.get(common))
                                .collect(Collectors.joining());
    }
}
