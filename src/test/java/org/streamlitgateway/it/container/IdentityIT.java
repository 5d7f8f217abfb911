package org.streamlitgateway.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.streamlitgateway.fixture.FakeStreamlit;
import org.streamlitgateway.fixture.HttpHead;
import org.streamlitgateway.fixture.RawHttp;
import org.streamlitgateway.fixture.RawResponse;
import org.streamlitgateway.fixture.RawWebSocket;

/**
 * The container authenticates the user (HTTP Basic, its own realm); the gateway tells Streamlit, and no client can
 * forge it.
 */
@EveryContainer
class IdentityIT {
    private static final String SIGNED_IN = "Authorization: Basic "
            + Base64.getEncoder()
                    .encodeToString(
                            (ContainerSetup.USER + ":" + ContainerSetup.PASSWORD).getBytes(StandardCharsets.UTF_8));
    private static final String STREAM = "/_stcore/stream?test=";

    @Parameter
    private ContainerDeployment deployment;

    private FakeStreamlit upstream;
    private RunningContainer gateway;

    @BeforeParameterizedClassInvocation
    void start() throws IOException {
        upstream = FakeStreamlit.start();
        gateway = deployment.start(new ContainerSetup()
                .at("/tools/streamlit")
                .parameter("streamlit-host", "127.0.0.1")
                .parameter("streamlit-port", upstream.port())
                .parameter("strip-prefix", "yes")
                .parameter("user-header", "X-Remote-User")
                .guarded());
    }

    @AfterParameterizedClassInvocation
    void stop() {
        gateway.close();
        upstream.close();
        upstream.assertNoProblems();
    }

    private RawResponse get(String path, String... fieldLines) throws IOException {
        try (RawHttp http = RawHttp.connect(gateway.uri())) {
            return http.get("/tools/streamlit" + path, fieldLines);
        }
    }

    private HttpHead handshake(String test, String... fieldLines) throws IOException {
        RawWebSocket.open(gateway.uri(), "/tools/streamlit" + STREAM + test, fieldLines)
                .close();
        return upstream.requests(STREAM + test).take().request();
    }

    @Test
    void anonymousRequestReturns401WithoutUpstreamRequest() throws IOException {
        RawResponse answer = get("/secret");

        assertEquals(401, answer.status());
        assertTrue(answer.head().first("WWW-Authenticate").startsWith("Basic"), answer::toString);
        upstream.requests("/secret").assertExhausted();
    }

    @Test
    void anonymousHandshakeReturns401WithoutUpstreamRequest() throws IOException {
        try (RawWebSocket socket = RawWebSocket.dial(gateway.uri(), "/tools/streamlit" + STREAM + "unknown")) {
            assertEquals(401, socket.refusal().status());
        }
        upstream.requests(STREAM + "unknown").assertExhausted();
    }

    @Test
    void wrongPasswordReturns401() throws IOException {
        String wrong = "Authorization: Basic "
                + Base64.getEncoder().encodeToString("ada:babbage".getBytes(StandardCharsets.UTF_8));
        try (RawWebSocket socket = RawWebSocket.dial(gateway.uri(), "/tools/streamlit" + STREAM + "wrong", wrong)) {
            assertEquals(401, socket.refusal().status());
        }
        upstream.requests(STREAM + "wrong").assertExhausted();
    }

    @Test
    void userHeaderReachesStreamlitWithRequest() throws IOException {
        assertEquals(200, get("/page?test=user", SIGNED_IN).status());

        assertEquals(
                ContainerSetup.USER,
                upstream.requests("/page?test=user").take().request().one("X-Remote-User"));
    }

    @Test
    void userHeaderReachesStreamlitWithHandshake() throws IOException {
        assertEquals(ContainerSetup.USER, handshake("user", SIGNED_IN).one("X-Remote-User"));
    }

    @Test
    void userHeaderSentByClientIsDropped() throws IOException {
        String[] spoofed = {SIGNED_IN, "X-Remote-User: root", "x-remote-user: admin", "X-Forwarded-User: root"};

        HttpHead onSocket = handshake("spoofed", spoofed);
        assertEquals(200, get("/page?test=spoofed", spoofed).status());
        HttpHead onRequest = upstream.requests("/page?test=spoofed").take().request();

        for (HttpHead request : new HttpHead[] {onSocket, onRequest}) {
            assertEquals(ContainerSetup.USER, request.one("X-Remote-User"));
            assertFalse(request.has("X-Forwarded-User"), request::toString);
        }
    }

    /** The password is meant for the container; an app that shows its headers must not reveal it. */
    @Test
    void passwordIsNotForwarded() throws IOException {
        HttpHead onSocket = handshake("password", SIGNED_IN);
        assertEquals(200, get("/page?test=password", SIGNED_IN).status());
        HttpHead onRequest = upstream.requests("/page?test=password").take().request();

        assertFalse(onSocket.has("Authorization"), onSocket::toString);
        assertFalse(onRequest.has("Authorization"), onRequest::toString);
    }
}
