package org.streamlitgateway.websocket.splice;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.container.RawSocket;
import org.streamlitgateway.container.jetty.JettySocket;
import org.streamlitgateway.upstream.client.RawRequest;
import org.streamlitgateway.upstream.client.UpstreamClient;
import org.streamlitgateway.websocket.Relay;

/** The handshake with Streamlit (RFC 6455 section 4.1); hands its socket over when it has been accepted. */
final class UpstreamHandshake implements HttpUpgrader {
    private static final int KEY_BYTES = 16;
    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final String PROTOCOL = "Sec-WebSocket-Protocol";

    private final SpliceFactory kind;
    private final Relay.Dial dial;
    private final Relay.Answer answer;
    private final Consumer<RawSocket> onOpen;
    private final String key;
    private final Request request;

    UpstreamHandshake(SpliceFactory kind, Relay.Dial dial, Relay.Answer answer, Consumer<RawSocket> onOpen) {
        this.kind = kind;
        this.dial = dial;
        this.answer = answer;
        this.onOpen = onOpen;
        byte[] random = new byte[KEY_BYTES];
        ThreadLocalRandom.current().nextBytes(random);
        this.key = Base64.getEncoder().encodeToString(random);
        this.request = new RawRequest(kind.client(), dial.address(), "GET", dial.target());
    }

    void send() {
        request.headers(fields -> fields.clear()
                .add(dial.headers())
                .put("Upgrade", "websocket")
                .put("Connection", "Upgrade")
                .put("Sec-WebSocket-Key", key)
                .put("Sec-WebSocket-Version", "13"));
        request.tag(UpstreamClient.Fresh.HANDSHAKE);
        request.idleTimeout(0, TimeUnit.MILLISECONDS); // the handshake has a timer of its own
        request.attribute(HttpUpgrader.Factory.class.getName(), (HttpUpgrader.Factory) version -> this);
        request.send(this::completed);
    }

    void abort(String why) {
        request.abort(new IOException(why));
    }

    @Override
    public void prepare(Request prepared) {
        // see send
    }

    /** Called when Streamlit has answered 101. */
    @Override
    public void upgrade(Response response, EndPoint endPoint, Callback callback) {
        String wrong = wrong(response.getHeaders());
        if (wrong != null) {
            endPoint.close();
            callback.failed(new IOException(wrong));
            return;
        }
        endPoint.upgrade(new JettySocket(endPoint, kind.client().getExecutor(), onOpen));
        callback.succeeded();
        answer.accepted(response.getHeaders());
    }

    /** Whatever we did not ask for would make the bytes mean something else to the browser. */
    private String wrong(HttpFields headers) {
        if (!SpliceFactory.acceptFor(key).equals(headers.get("Sec-WebSocket-Accept"))) {
            return "Sec-WebSocket-Accept is wrong";
        }
        if (headers.contains(EXTENSIONS)) {
            return "an extension was chosen that was not offered";
        }
        List<String> chosen = headers.getValuesList(PROTOCOL);
        boolean offered = chosen.isEmpty() || chosen.size() == 1 && isOffered(chosen.get(0));
        return offered ? null : "a subprotocol was chosen that was not offered";
    }

    private boolean isOffered(String protocol) {
        return dial.headers().getCSV(PROTOCOL, false).contains(protocol.trim());
    }

    /** Called for every other end of the handshake. */
    private void completed(Result result) {
        int status = result.getResponse() == null ? 0 : result.getResponse().getStatus();
        if (status >= 300) {
            answer.refused(status, result.getResponse().getHeaders());
        } else if (result.isFailed()) {
            answer.failed(result.getFailure());
        } else {
            answer.failed(new IOException("answered " + status + " to a WebSocket handshake"));
        }
    }
}
