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
import org.streamlitgateway.observe.RequestObserver;

/**
 * A send by POST: the body is one message, the response its result. No thread blocks on the body. A refused body is read
 * and discarded up to a limit, because most clients read the response only after they have sent it.
 */
final class PostBody implements ReadListener {
    private static final Logger LOG = LoggerFactory.getLogger(PostBody.class);
    private static final int BUFFER_BYTES = 8192;
    /** Longest wait for the result after the body is complete, for a feed that is connected but does not read. */
    private static final long RESULT_SECONDS = 30;

    private static final long RATE_CHECK_SECONDS = 1;
    /** Time before the rate of the body is enforced. */
    private static final long RATE_GRACE_SECONDS = 20;

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final RequestObserver observer;
    private final boolean binary;
    private final Channel channel;
    private final SubscribeRequest subscribeRequest;
    private final int maxBytes;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final AtomicBoolean answered = new AtomicBoolean();
    private final long startNanos = System.nanoTime();
    private ServletInputStream input;
    private AsyncContext async;
    private SendResult rejection;
    private boolean quotaAcquired;
    private final AtomicLong received = new AtomicLong();
    private volatile Scheduler.Task timer;

    PostBody(
            HttpServletRequest request,
            HttpServletResponse response,
            boolean binary,
            Channel channel,
            SubscribeRequest subscribeRequest) {
        this.request = request;
        this.observer = RequestObserver.of(request);
        this.response = response;
        this.binary = binary;
        this.channel = channel;
        this.subscribeRequest = subscribeRequest;
        this.maxBytes = channel.config().quota().messageBytes();
    }

    void read() throws IOException {
        quotaAcquired = channel.posts().tryAcquire(subscribeRequest.quotaKey());
        rejection = quotaAcquired ? channel.admitSend(subscribeRequest) : SendResult.rejected(SendResult.TOO_MANY);
        async = request.startAsync();
        async.setTimeout(0); // the timers of this class apply
        async.addListener(new AsyncEnd(this::answerUnknown));
        if (request.getContentLengthLong() > maxDiscardedBytes()) {
            answer(rejectionOr(SendResult.TOO_LARGE));
            return;
        }
        scheduleRateCheck();
        input = request.getInputStream();
        input.setReadListener(this);
    }

    /** Returns how much of a refused body is read. */
    private long maxDiscardedBytes() {
        return maxBytes * 2L;
    }

    private SendResult rejectionOr(String reason) {
        return rejection == null ? SendResult.rejected(reason) : rejection;
    }

    private void scheduleRateCheck() {
        timer = channel.runtime().scheduler().schedule(this::checkRate, RATE_CHECK_SECONDS, TimeUnit.SECONDS);
    }

    private void checkRate() {
        if (answered.get()) {
            return;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
        if (seconds > RATE_GRACE_SECONDS && received.get() < seconds * channel.minBodyRate()) {
            answer(HttpServletResponse.SC_REQUEST_TIMEOUT, SendResult.rejected(SendResult.TOO_SLOW));
        } else {
            scheduleRateCheck();
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
            long total = received.addAndGet(count);
            if (rejection == null && total <= maxBytes) {
                body.write(buffer, 0, count);
            } else if (total > maxDiscardedBytes()) {
                answer(rejectionOr(SendResult.TOO_LARGE));
            }
        }
    }

    @Override
    public void onAllDataRead() {
        timer.cancel();
        timer = channel.runtime().scheduler().schedule(this::answerUnknown, RESULT_SECONDS, TimeUnit.SECONDS);
        Feed feed = channel.findFeed(subscribeRequest);
        if (rejection != null) {
            answer(rejection);
        } else if (feed == null) {
            answer(SendResult.rejected(SendResult.CLOSED)); // a dedicated feed exists only with its subscriber
        } else if (received.get() > maxBytes) {
            answer(SendResult.rejected(SendResult.TOO_LARGE));
        } else {
            byte[] bytes = body.toByteArray();
            feed.send(
                    binary ? Payload.binary(bytes) : Payload.text(new String(bytes, StandardCharsets.UTF_8)),
                    this::answer);
        }
    }

    private void answerUnknown() {
        answer(HttpServletResponse.SC_SERVICE_UNAVAILABLE, "{\"outcome\":\"unknown\"}");
    }

    private void answer(SendResult result) {
        answer(
                result.outcome() != SendResult.Outcome.REJECTED
                        ? 202
                        : switch (result.reason()) {
                            case SendResult.NOT_ALLOWED -> 403;
                            case SendResult.TOO_LARGE -> 413;
                            case SendResult.TOO_MANY -> 429;
                            default -> 503;
                        },
                result);
    }

    private void answer(int status, SendResult result) {
        String reason = result.reason().isEmpty() ? "" : ",\"reason\":" + Json.quote(result.reason());
        answer(status, "{\"outcome\":\"" + result.protocolName() + "\"" + reason + "}");
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
                response.setHeader("Connection", "close"); // the rest of the body is not read
            }
            response.setContentLength(text.length);
            response.getOutputStream().write(text);
            observer.end();
            async.complete();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("the sender of a POST disconnected before the response", e);
            observer.end();
        }
    }

    /** Ends the exchange; false when it has been answered already. */
    private boolean end() {
        if (!answered.compareAndSet(false, true)) {
            return false;
        }
        Scheduler.Task running = timer;
        if (running != null) {
            running.cancel();
        }
        if (quotaAcquired) {
            channel.posts().release(subscribeRequest.quotaKey());
        }
        return true;
    }

    @Override
    public void onError(Throwable cause) {
        LOG.debug("the sender of a POST disconnected", cause);
        if (end()) {
            observer.end();
            async.complete();
        }
    }
}
