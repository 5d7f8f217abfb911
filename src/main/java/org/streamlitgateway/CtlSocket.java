package org.streamlitgateway;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.config.GatewayConfig;
import org.streamlitgateway.ctl.CtlHandler;
import org.streamlitgateway.ctl.CtlServer;
import org.streamlitgateway.gateway.Gateway;
import org.streamlitgateway.outcome.FailureText;

/** Opens the socket of the command {@code ctl} as configured. */
final class CtlSocket {
    private static final Logger LOG = LoggerFactory.getLogger(CtlSocket.class);

    private CtlSocket() {}

    /**
     * Opens the socket; a failure is logged.
     *
     * @param port names the default socket; negative if there is none by default
     * @return {@code null} if there is none
     */
    static CtlServer open(GatewayConfig config, Gateway gateway, int port) {
        GatewayConfig.CtlSocket setting = config.operators().ctlSocket();
        if (setting.off() || setting.file() == null && port < 0) {
            return null;
        }
        CtlHandler handler = new CtlHandler(gateway.statusReader(), gateway.actions());
        try {
            return setting.file() == null
                    ? CtlServer.openIn(config.stateFolder(), port, handler)
                    : CtlServer.open(setting.file(), handler);
        } catch (IOException | RuntimeException e) {
            if (setting.file() == null) {
                LOG.info(
                        "the command ctl is not available: cannot open a socket in {}: {}",
                        config.stateFolder(),
                        FailureText.of(e));
            } else {
                LOG.warn("the command ctl is not available: cannot open {}: {}", setting.file(), FailureText.of(e));
            }
            return null;
        }
    }
}
