package org.streamlitgateway.observe.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmBufferPoolMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmClassLoadingMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;

/** All metrics of one gateway. Thread-safe. */
public final class Metrics {
    /** Receives the current values of a family; one label value for each label name. */
    @FunctionalInterface
    public interface Values {
        void put(double value, String... labelValues);
    }

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Families families = new Families(registry);
    private final ExpositionFormatWriter openMetrics =
            OpenMetricsTextFormatWriter.builder().build();
    private final ExpositionFormatWriter prometheus =
            PrometheusTextFormatWriter.builder().build();

    /** @param container name of the servlet container with its version */
    public Metrics(String version, String container) {
        Info.builder()
                .name(Families.PREFIX + "build_info")
                .help("Versions of the gateway and of what it runs on.")
                .labelNames("version", "java", "container")
                .register(registry)
                .setLabelValues(version, Runtime.version().toString(), container);
        registerJvm();
    }

    /**
     * Registers metrics of the JVM and its process, without those of allocations: they need a listener that would outlive an
     * undeployment.
     */
    private void registerJvm() {
        JvmBufferPoolMetrics.builder().register(registry);
        JvmClassLoadingMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    /**
     * Returns the metrics of an app; the same series for the same name.
     *
     * @param hasSessions whether sessions are reported, too
     */
    public AppMetrics app(String name, boolean hasSessions) {
        return new AppMetrics(families, name, hasSessions);
    }

    /** Counts a request that the cache of assets might have answered. */
    public void assetRequest(Enum<?> result) {
        families.assetRequests.labelValues(LabelValues.of(result)).inc();
    }

    /**
     * Adds a gauge whose values are read at each scrape.
     *
     * @param name without the common prefix
     */
    public void gauge(String name, String help, Consumer<Values> read, String... labels) {
        GaugeWithCallback.builder()
                .name(Families.PREFIX + name)
                .help(help)
                .labelNames(labels)
                .callback(callback -> read.accept(callback::call))
                .register(registry);
    }

    /**
     * Adds a counter whose values are read at each scrape.
     *
     * @param name without the common prefix, ending in {@code _total}
     */
    public void counter(String name, String help, Consumer<Values> read, String... labels) {
        CounterWithCallback.builder()
                .name(Families.PREFIX + name)
                .help(help)
                .labelNames(labels)
                .callback(callback -> read.accept(callback::call))
                .register(registry);
    }

    /** Returns the content type for a client that accepts these types. */
    public String contentType(String accept) {
        return writer(accept).getContentType();
    }

    /** Writes all metrics in the format for a client that accepts these types. */
    public void write(String accept, OutputStream out) throws IOException {
        writer(accept).write(out, registry.scrape());
    }

    private ExpositionFormatWriter writer(String accept) {
        return accept != null && accept.contains("application/openmetrics-text") ? openMetrics : prometheus;
    }
}
