package org.streamlitgateway.channel.transport;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.channel.Channel;
import org.streamlitgateway.channel.SubscribeRequest;
import org.streamlitgateway.channel.feed.Feed;
import org.streamlitgateway.channel.protocol.Json;
import org.streamlitgateway.channel.protocol.Payload;
import org.streamlitgateway.channel.protocol.SendResult;

/**
 * A send by POST: the body is one frame, the answer its outcome. No thread waits for the body. One that is refused is
 * read and dropped as far as a message may go, so that its client reads the answer.
 */
final class PostBody implements ReadListener {
    private static final Logger LOG = LoggerFactory.getLogger(PostBody.class);
    private static final int BUFFER_BYTES = 8192;
    /** A feed that takes nothing for so long, while its socket is open, will not do so now. */
    private static final long PATIENCE_SECONDS = 30;

    private static final long LOOK_SECONDS = 1;
    /** How fast a body comes is looked at after this time. */
    private static final long GRACE_SECONDS = 20;

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final boolean binary;
    private final Channel channel;
    private final SubscribeRequest visitor;
    private final int most;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final AtomicBoolean answered = new AtomicBoolean();
    private final long beganNanos = System.nanoTime();
    private ServletInputStream input;
    private AsyncContext async;
    private SendResult refused;
    private boolean placed;
    private final AtomicLong received = new AtomicLong();
    private volatile Scheduler.Task timer;

    PostBody(
            HttpServletRequest request,
            HttpServletResponse response,
            boolean binary,
            Channel channel,
            SubscribeRequest visitor) {
        this.request = request;
        this.response = response;
        this.binary = binary;
        this.channel = channel;
        this.visitor = visitor;
        this.most = channel.config().quota().messageBytes();
    }

    void read() throws IOException {
        placed = channel.posts().take(visitor.owner());
        refused = placed ? channel.refuseSend(visitor) : SendResult.rejected(SendResult.TOO_MANY);
        async = request.startAsync();
        async.setTimeout(0); // the timers here
        async.addListener(new AsyncEnd(() -> unknown()));
        if (request.getContentLengthLong() > dropped()) {
            answer(refused == null ? SendResult.rejected(SendResult.TOO_LARGE) : refused);
            return;
        }
        lookLater();
        input = request.getInputStream();
        input.setReadListener(this);
    }

    /** How much of a body that is not wanted is read. */
    private long dropped() {
        return most * 2L;
    }

    private void lookLater() {
        timer = channel.dialler().scheduler().schedule(this::look, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        if (answered.get()) {
            return;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos);
        if (seconds > GRACE_SECONDS && received.get() < seconds * channel.minBodyRate()) {
            answer(HttpServletResponse.SC_REQUEST_TIMEOUT, SendResult.rejected(SendResult.TOO_SLOW));
        } else {
            lookLater();
        }
    }

    @Override
    public void onDataAvailable() throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (!answered.get() && input.isReady()) {
            int count = input.read(buffer);
            if (count < 0) {
                return;
            }
            long soFar = received.addAndGet(count);
            if (refused == null && soFar <= most) {
                body.write(buffer, 0, count);
            } else if (soFar > dropped()) {
                answer(refused == null ? SendResult.rejected(SendResult.TOO_LARGE) : refused);
            }
        }
    }

    @Override
    public void onAllDataRead() {
        timer.cancel();
        timer = channel.dialler().scheduler().schedule(this::unknown, PATIENCE_SECONDS, TimeUnit.SECONDS);
        Feed feed = channel.feedOf(visitor);
        if (refused != null) {
            answer(refused);
        } else if (feed == null) {
            answer(SendResult.rejected(SendResult.CLOSED)); // a dedicated feed is its subscriber's
        } else if (received.get() > most) {
            answer(SendResult.rejected(SendResult.TOO_LARGE));
        } else {
            byte[] bytes = body.toByteArray();
            feed.send(
                    binary ? Payload.binary(bytes) : Payload.text(new String(bytes, StandardCharsets.UTF_8)),
                    this::answer);
        }
    }

    private void unknown() {
        answer(HttpServletResponse.SC_SERVICE_UNAVAILABLE, "{\"outcome\":\"unknown\"}");
    }

    private void answer(SendResult sent) {
        answer(
                sent.outcome() != SendResult.Outcome.REJECTED
                        ? 202
                        : switch (sent.reason()) {
                            case SendResult.NOT_ALLOWED -> 403;
                            case SendResult.TOO_LARGE -> 413;
                            case SendResult.TOO_MANY -> 429;
                            default -> 503;
                        },
                sent);
    }

    private void answer(int status, SendResult sent) {
        String reason = sent.reason().isEmpty() ? "" : ",\"reason\":" + Json.quote(sent.reason());
        answer(status, "{\"outcome\":\"" + sent.word() + "\"" + reason + "}");
    }

    private void answer(int status, String json) {
        if (!end()) {
            return;
        }
        try {
            byte[] text = json.getBytes(StandardCharsets.UTF_8);
            response.setStatus(status);
            response.setContentType("application/json");
            if (status == 429 || status == 503) {
                response.setHeader("Retry-After", "1");
            }
            if (input == null || !input.isFinished()) {
                response.setHeader("Connection", "close"); // the rest of the body is not wanted
            }
            response.setContentLength(text.length);
            response.getOutputStream().write(text);
            async.complete();
        } catch (IOException | IllegalStateException gone) {
            LOG.debug("the sender did not wait for the outcome", gone);
        }
    }

    /** False when it has been answered. */
    private boolean end() {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        Scheduler.Task running = timer;
        if (running != null) {
            running.cancel();
        }
        if (placed) {
            channel.posts().free(visitor.owner());
        }
        return true;
    }

    @Override
    public void onError(Throwable lost) {
        LOG.debug("the sender was lost", lost);
        if (end()) {
            async.complete();
        }
    }
}
