package org.streamlitgateway.doctor.hop;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.streamlitgateway.doctor.probe.response.Response;
import org.streamlitgateway.outcome.Outcome;

/** A product that may stand between a browser and Streamlit, and what it writes into answers. */
public enum Hop {
    NGINX("nginx", List.of("nginx", "openresty"), List.of("<center>nginx", "<center>openresty")),
    HAPROXY(
            "HAProxy",
            List.of(),
            List.of(
                    "No server is available to handle this request.",
                    "The server returned an invalid or incomplete response.",
                    "The server didn't respond in time.",
                    "Request forbidden by administrative rules.",
                    "Your browser sent an invalid request.",
                    "Your browser didn't send a complete request in time.")),
    CADDY("Caddy", List.of("caddy"), List.of()),
    APACHE("Apache", List.of("apache"), List.of("<address>Apache")),
    ENVOY("Envoy", List.of("envoy", "istio-envoy"), List.of("upstream connect error", "upstream request timeout")),
    AWS("the AWS load balancer", List.of("awselb"), List.of()),
    CLOUDFLARE("Cloudflare", List.of("cloudflare"), List.of("cf-error-details")),
    IIS("IIS", List.of("microsoft-iis"), List.of()),
    GATEWAY(
            "the gateway",
            List.of(),
            Arrays.stream(Outcome.values()).map(Outcome::text).toList()),
    STREAMLIT("Streamlit", List.of("uvicorn", "tornadoserver"), List.of()),
    UNKNOWN("the hop in front", List.of(), List.of());

    /** Part of Streamlit's page in every version. */
    private static final String STREAMLIT_PAGE = "<title>Streamlit</title>";

    private static final List<String> FIELDS = List.of("server", "via", "x-powered-by");

    private final String text;

    @SuppressWarnings("ImmutableEnumChecker") // of strings
    private final List<String> names;

    @SuppressWarnings("ImmutableEnumChecker") // of strings
    private final List<String> bodies;

    Hop(String text, List<String> names, List<String> bodies) {
        this.text = text;
        this.names = names;
        this.bodies = bodies;
    }

    /** Returns who wrote an answer: the product whose text the body has, or else the one that the headers name. */
    public static Hop author(Response response) {
        String body = response.text();
        return Arrays.stream(values())
                .filter(hop -> hop.bodies.stream().anyMatch(body::contains))
                .findFirst()
                .orElseGet(() -> isStreamlitPage(response) ? STREAMLIT : named(response));
    }

    /** Returns the product that the headers name, proxies first. */
    private static Hop named(Response response) {
        return Arrays.stream(values())
                .filter(hop -> hop.isNamedBy(response))
                .findFirst()
                .orElse(UNKNOWN);
    }

    /** Returns the proxy that the answer has come through, unless it hides its name. */
    public static Hop front(Response response) {
        Hop author = author(response);
        Hop named = named(response);
        return isProxy(named) ? named : isProxy(author) ? author : UNKNOWN;
    }

    private static boolean isProxy(Hop hop) {
        return hop != STREAMLIT && hop != GATEWAY && hop != UNKNOWN;
    }

    private boolean isNamedBy(Response response) {
        return FIELDS.stream()
                .flatMap(field -> response.headers(field).stream())
                .map(value -> value.toLowerCase(Locale.ROOT))
                .anyMatch(value -> names.stream().anyMatch(value::contains));
    }

    /** Whether the answer is Streamlit's page, which it sends for every unknown path. */
    public static boolean isStreamlitPage(Response response) {
        return response.text().contains(STREAMLIT_PAGE);
    }

    @Override
    public String toString() {
        return text;
    }
}
