package org.streamlitgateway.channel;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A send by POST: the body is one frame, the answer its outcome. No thread waits for the body. */
final class PostBody implements ReadListener {
    private static final Logger LOG = LoggerFactory.getLogger(PostBody.class);
    private static final int BUFFER_BYTES = 8192;
    /** A feed that takes nothing for so long, while its socket is open, will not do so now. */
    private static final long PATIENCE_MILLIS = 30_000;

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final boolean binary;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final AtomicBoolean answered = new AtomicBoolean();
    private ServletInputStream input;
    private AsyncContext async;
    private Channel channel;
    private Visitor visitor;

    PostBody(HttpServletRequest request, HttpServletResponse response, boolean binary) {
        this.request = request;
        this.response = response;
        this.binary = binary;
    }

    void read(Channel to, Visitor from) throws IOException {
        channel = to;
        visitor = from;
        async = request.startAsync();
        async.setTimeout(PATIENCE_MILLIS);
        async.addListener(new AsyncEnd(() -> answer(503, "{\"outcome\":\"unknown\"}")));
        input = request.getInputStream();
        input.setReadListener(this);
    }

    @Override
    public void onDataAvailable() throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (input.isReady()) {
            int count = input.read(buffer);
            if (count < 0) {
                return;
            }
            if (body.size() <= Payload.MAX_BYTES) {
                body.write(buffer, 0, count); // the rest of one too large is read and dropped
            }
        }
    }

    @Override
    public void onAllDataRead() {
        Feed feed = channel.feedOf(visitor);
        byte[] bytes = body.toByteArray();
        if (feed == null) {
            answer(Sent.rejected(Sent.CLOSED)); // a dedicated feed is its subscriber's
        } else if (bytes.length > Payload.MAX_BYTES) {
            answer(Sent.rejected(Sent.TOO_LARGE));
        } else {
            Payload payload = binary ? Payload.binary(bytes) : Payload.text(new String(bytes, StandardCharsets.UTF_8));
            channel.send(visitor, feed, payload, this::answer);
        }
    }

    private void answer(Sent sent) {
        int status = sent.outcome() != Sent.Outcome.REJECTED
                ? 202
                : switch (sent.reason()) {
                    case Sent.NOT_ALLOWED -> 403;
                    case Sent.TOO_LARGE -> 413;
                    default -> 503;
                };
        String reason = sent.reason().isEmpty() ? "" : ",\"reason\":" + Json.quote(sent.reason());
        answer(status, "{\"outcome\":\"" + sent.word() + "\"" + reason + "}");
    }

    private void answer(int status, String json) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        try {
            byte[] text = json.getBytes(StandardCharsets.UTF_8);
            response.setStatus(status);
            response.setContentType("application/json");
            response.setContentLength(text.length);
            response.getOutputStream().write(text);
            async.complete();
        } catch (IOException | IllegalStateException gone) {
            LOG.debug("the sender did not wait for the outcome", gone);
        }
    }

    @Override
    public void onError(Throwable lost) {
        LOG.debug("the sender was lost", lost);
        if (answered.compareAndSet(false, true)) {
            async.complete();
        }
    }
}
