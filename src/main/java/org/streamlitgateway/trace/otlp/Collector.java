package org.streamlitgateway.trace.otlp;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The OpenTelemetry collector. Nothing that it answers is read but status and Retry-After. Used by one thread, which waits;
 * {@link #close} may be called by another one.
 */
final class Collector implements AutoCloseable {
    /** Statuses after which OTLP allows to send the same spans again. */
    private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Time for a whole exchange. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final int MAX_TRIES = 4;
    private static final long FIRST_PAUSE_MILLIS = 500;

    /** Longest pause that the collector may ask for. */
    private static final long MAX_PAUSE_MILLIS = 30_000;

    private static final long THREAD_IDLE_SECONDS = 5;
    private static final int MAX_THREADS = 4;
    private static final int NO_STATUS = 0;

    /** Result of one try; status 0 for none. */
    private record Answer(int status, long retryAfterMillis) {}

    private final URI uri;
    private final ExecutorService executor;
    private final HttpClient client;
    private volatile boolean closing;

    /** @param endpoint address without the path of traces */
    Collector(String endpoint) {
        uri = URI.create(endpoint + "/v1/traces");
        executor = new ThreadPoolExecutor(
                0,
                MAX_THREADS,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Collector::thread,
                new ThreadPoolExecutor.CallerRunsPolicy());
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(executor)
                .build();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "gateway-traces-http");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Sends spans; tries several times if the collector is away or asks for it.
     *
     * @throws IOException if they were not accepted
     */
    void send(byte[] body) throws IOException, InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        IOException failure = null;
        for (int i = 0; i < MAX_TRIES; i++) {
            long asked = 0;
            try {
                Answer answer = post(body);
                if (answer.status() >= 200 && answer.status() < 300) {
                    return;
                }
                failure = new IOException("the collector answered with status " + answer.status());
                if (!RETRYABLE.contains(answer.status())) {
                    throw failure;
                }
                asked = answer.retryAfterMillis();
            } catch (ExecutionException e) {
                failure = new IOException(e.getCause().toString(), e);
            } catch (TimeoutException e) {
                failure = new IOException("the collector did not answer within " + TIMEOUT.toSeconds() + " s", e);
            }
            if (closing || i + 1 == MAX_TRIES) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(Math.max(asked, pause));
            pause *= 2;
        }
        throw failure;
    }

    private Answer post(byte[] body) throws ExecutionException, TimeoutException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        AtomicReference<Answer> answered = new AtomicReference<>();
        CompletableFuture<HttpResponse<Void>> exchange = client.sendAsync(request, head -> {
            answered.set(new Answer(head.statusCode(), retryAfterMillis(head)));
            return BodySubscribers.discarding();
        });
        try {
            exchange.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            if (answered.get() == null) { // otherwise only the body, which nobody reads, is late or broken
                throw e;
            }
        } finally {
            exchange.cancel(true);
        }
        Answer answer = answered.get();
        return answer == null ? new Answer(NO_STATUS, 0) : answer;
    }

    /** Returns the pause that the collector asks for in seconds; 0 for none, or for a date. */
    private static long retryAfterMillis(HttpResponse.ResponseInfo head) {
        String seconds = head.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("[0-9]{1,9}")
                ? Math.min(MAX_PAUSE_MILLIS, TimeUnit.SECONDS.toMillis(Long.parseLong(seconds)))
                : 0;
    }

    /** Makes the next failure the last one. */
    void stopRetrying() {
        closing = true;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
