package org.streamlitgateway;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.ConfigException;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.config.reader.Settings;
import org.streamlitgateway.container.DisconnectDetector;
import org.streamlitgateway.container.jetty.hosted.ServerStopListener;
import org.streamlitgateway.gateway.ConfigWatcher;
import org.streamlitgateway.gateway.Gateway;

/** The gateway in somebody else's container: named in web.xml, builds on deploy and lets go on undeploy. */
public final class WarListener implements ServletContextListener {
    private static final Logger LOG = LoggerFactory.getLogger(WarListener.class);

    /** Context parameter, system property {@code streamlit-gateway.config-file} or variable that names a file. */
    private static final String FILE = "config-file";

    private static final String FILE_PROPERTY = "streamlit-gateway.config-file";
    private static final String FILE_VARIABLE = "STREAMLIT_GATEWAY_CONFIG_FILE";

    private Gateway assembly;
    private ConfigWatcher reload;
    private ServerStopListener stop;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        try {
            String file = file(context);
            ConfigWatcher watching = file == null ? null : ConfigWatcher.of(Path.of(file));
            GatewayConfig config = read(context);
            assembly = Gateway.install(
                    context, config, false, DisconnectDetector.UNKNOWN, HostContainer.takeover(context));
            stop = ServerStopListener.listen(context, assembly::finish);
            startApps(assembly);
            if (watching != null) {
                reload = watching;
                reload.start(() -> read(context), assembly::take);
            }
            String warning = MinimumVersions.warning(context.getServerInfo());
            if (warning != null) {
                LOG.warn("{}", warning);
            }
            LOG.info("streamlit-gateway is deployed at {}/ -> {}", context.getContextPath(), config.upstreams());
        } catch (ConfigException bad) {
            bad.problems().forEach(problem -> LOG.error("streamlit-gateway: {}", problem));
            throw new IllegalStateException("streamlit-gateway is not deployed: " + bad.getMessage(), bad);
        } catch (Exception failure) {
            contextDestroyed(event);
            throw new IllegalStateException("streamlit-gateway is not deployed: " + failure.getMessage(), failure);
        }
    }

    private static GatewayConfig read(ServletContext context) throws ConfigException {
        Settings settings = new Settings()
                .contextParameters(context::getInitParameter)
                .systemProperties(System::getProperty)
                .environment(System.getenv());
        String file = file(context);
        if (file != null) {
            settings.file(Path.of(file));
        }
        return settings.read();
    }

    /** The container goes on meanwhile; an app that does not start is in the log, and its visitors are told. */
    private static void startApps(Gateway assembly) {
        Thread thread = new Thread(
                () -> {
                    try {
                        assembly.startApps();
                    } catch (IOException failure) {
                        LOG.error("streamlit-gateway: {}", failure.getMessage());
                    } catch (InterruptedException undeployed) {
                        Thread.currentThread().interrupt();
                    }
                },
                "gateway-start");
        thread.setDaemon(true);
        thread.start();
    }

    private static String file(ServletContext context) {
        return firstSet(
                context.getInitParameter(FILE), System.getProperty(FILE_PROPERTY), System.getenv(FILE_VARIABLE));
    }

    private static String firstSet(String... values) {
        for (String value : values) {
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        try {
            if (reload != null) {
                reload.close();
            }
            if (stop != null) {
                stop.close();
            }
            if (assembly != null) {
                assembly.finish();
                assembly.stop();
            }
        } catch (Exception failure) {
            LOG.warn("streamlit-gateway did not stop in order", failure);
        }
    }
}
