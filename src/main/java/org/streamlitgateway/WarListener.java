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
import org.streamlitgateway.ctl.CtlServer;
import org.streamlitgateway.gateway.Gateway;
import org.streamlitgateway.reload.ConfigWatcher;
import org.streamlitgateway.version.MinimumVersions;

/** Runs a gateway in a servlet container: web.xml names this listener. Starts it on deployment, stops it on undeployment. */
public final class WarListener implements ServletContextListener {
    private static final Logger LOG = LoggerFactory.getLogger(WarListener.class);

    /** Context parameter for the path of a configuration file. */
    private static final String FILE_PARAMETER = "config-file";

    private static final String FILE_PROPERTY = "streamlit-gateway.config-file";
    private static final String FILE_VARIABLE = "STREAMLIT_GATEWAY_CONFIG_FILE";

    private Gateway gateway;
    private ConfigWatcher watcher;
    private ServerStopListener stopListener;
    private CtlServer ctl;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        try {
            String file = file(context);
            ConfigWatcher newWatcher = file == null ? null : ConfigWatcher.of(Path.of(file));
            GatewayConfig config = read(context);
            gateway = Gateway.install(
                    context, config, false, DisconnectDetector.UNKNOWN, HostContainer.takeover(context));
            stopListener = ServerStopListener.listen(context, gateway::finish);
            startApps(gateway);
            ctl = CtlSocket.open(config, gateway, -1);
            if (newWatcher != null) {
                watcher = newWatcher;
                gateway.setHost(watcher, null);
                watcher.start(() -> read(context), gateway::apply);
            }
            String warning = MinimumVersions.warning(context.getServerInfo());
            if (warning != null) {
                LOG.warn("{}", warning);
            }
            LOG.info("streamlit-gateway is deployed at {}/ -> {}", context.getContextPath(), config.upstreams());
        } catch (ConfigException e) {
            e.problems().forEach(problem -> LOG.error("streamlit-gateway: {}", problem));
            throw new IllegalStateException("streamlit-gateway is not deployed: " + e.getMessage(), e);
        } catch (Exception e) {
            contextDestroyed(event);
            throw new IllegalStateException("streamlit-gateway is not deployed: " + e.getMessage(), e);
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

    /** Starts the apps in the background, to not delay the container. Failures are logged and shown to visitors. */
    private static void startApps(Gateway gateway) {
        Thread thread = new Thread(
                () -> {
                    try {
                        gateway.startApps();
                    } catch (IOException e) {
                        LOG.error("streamlit-gateway: {}", e.getMessage());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "gateway-start");
        thread.setDaemon(true);
        thread.start();
    }

    private static String file(ServletContext context) {
        return firstSet(
                context.getInitParameter(FILE_PARAMETER),
                System.getProperty(FILE_PROPERTY),
                System.getenv(FILE_VARIABLE));
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
            if (ctl != null) {
                ctl.close();
            }
            if (watcher != null) {
                watcher.close();
            }
            if (stopListener != null) {
                stopListener.close();
            }
            if (gateway != null) {
                gateway.finish();
                gateway.stop();
            }
        } catch (Exception e) {
            LOG.warn("streamlit-gateway did not stop cleanly", e);
        }
    }
}
