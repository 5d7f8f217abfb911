package org.streamlitgateway.container;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.streamlitgateway.websocket.bridge.BrowserEndpoint;

class JakartaUpgradeTest {
    private final ServerContainer container = mock();
    private final HttpServletResponse response = mock();

    @Test
    void unexpectedStatusIsAFailure() {
        when(response.getStatus()).thenReturn(200);

        IOException failure = assertThrows(IOException.class, this::accept);

        assertEquals("the container did not upgrade the connection but answers 200", failure.getMessage());
    }

    @Test
    void committedResponseIsNoFailure() {
        when(response.isCommitted()).thenReturn(true);

        assertDoesNotThrow(this::accept);
    }

    @Test
    void deploymentExceptionIsAFailure() throws Exception {
        DeploymentException refusal = new DeploymentException("no");
        doThrow(refusal).when(container).upgradeHttpToWebSocket(any(), any(), any(), any());

        IOException failure = assertThrows(IOException.class, this::accept);

        assertEquals(refusal, failure.getCause());
    }

    private void accept() throws IOException {
        new JakartaUpgrade(container).accept(mock(HttpServletRequest.class), response, new BrowserEndpoint(null), null);
    }
}
