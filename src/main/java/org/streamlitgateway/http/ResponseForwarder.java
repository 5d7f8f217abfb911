package org.streamlitgateway.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.streamlitgateway.cache.AssetCache;
import org.streamlitgateway.cache.Recording;
import org.streamlitgateway.headers.ResponseHeaders;
import org.streamlitgateway.http.body.BodyWriter;
import org.streamlitgateway.upstream.client.UpstreamClient;

/**
 * Forwards one response from Streamlit to the client. Reads a chunk only after the client has accepted the chunk before.
 * Sends the headers together with the first chunk if it has arrived, otherwise at once. Puts a small body that has arrived
 * whole into the container's buffer, which is sent with the headers when the exchange completes: this takes one write and
 * needs no {@link BodyWriter}, whose callbacks run on another thread.
 */
final class ResponseForwarder implements Response.Listener {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final Exchange exchange;
    private final AppProxyServlet servlet;
    private final AssetCache cache;
    private Recording recording;
    private BodyWriter writer;
    private boolean ignored;
    private long forwardedBytes;

    /** Whether a chunk is being written to the client; guarded by this. */
    private boolean writing;

    /** Result of the exchange with Streamlit, until the last chunk has been written; guarded by this. */
    private Result result;

    ResponseForwarder(Exchange exchange, AppProxyServlet servlet, AssetCache cache) {
        this.exchange = exchange;
        this.servlet = servlet;
        this.cache = cache;
    }

    @Override
    public void onBegin(Response upstream) {
        if (!exchange.beginResponse()) {
            ignored = true;
            return;
        }
        exchange.observer.firstByte();
        exchange.response.setStatus(upstream.getStatus());
    }

    @Override
    public void onHeaders(Response upstream) {
        if (ignored) {
            return;
        }
        exchange.awaitUpstream();
        if (upstream.getStatus() < 200) { // after a 101, the bytes would belong to another protocol
            ignored = true;
            upstream.abort(new IOException("unexpected response status " + upstream.getStatus()));
            return;
        }
        if (exchange.canMove() && isMissingAsset(upstream)) {
            ignored = true;
            upstream.abort(new MissingAssetException());
            return;
        }
        enlargeBuffer(upstream, exchange.response);
        ResponseHeaders.copy(
                upstream.getHeaders(), exchange.request, exchange.response, exchange.client, exchange.route);
        if (exchange.key != null) {
            record(upstream);
        }
    }

    /** Enlarges the response buffer to one upstream read. Tomcat defers the tail of a larger write to its poller. */
    private static void enlargeBuffer(Response upstream, HttpServletResponse response) {
        int size = response.getBufferSize();
        long length = upstream.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH); // negative if missing
        if (size < UpstreamClient.BUFFER_BYTES && (length < 0 || length > size)) {
            response.setBufferSize(UpstreamClient.BUFFER_BYTES);
        }
    }

    /**
     * Returns whether Streamlit lacks the asset, for which it answers with 404 or with its page. An open tab may need an
     * asset of another version of the app; during a rolling upgrade, another replica has it.
     */
    private boolean isMissingAsset(Response upstream) {
        String type = upstream.getHeaders().get(HttpHeader.CONTENT_TYPE);
        return exchange.isAsset()
                && (upstream.getStatus() == 404
                        || upstream.getStatus() == 200 && type != null && type.startsWith("text/html"));
    }

    private void record(Response upstream) {
        try {
            recording = cache.record(
                    exchange.key,
                    exchange.request,
                    exchange.response,
                    upstream,
                    () -> servlet.recordingWritten(exchange),
                    cause -> servlet.recordingClientGone(exchange, cause));
        } catch (IOException | RuntimeException e) {
            exchange.clientGone(e);
            upstream.abort(e);
        }
        if (recording == null) {
            exchange.completeInFlight();
        } else {
            exchange.startRecording();
        }
    }

    /** Reads without waiting for the client. The cache bounds the memory of all recordings. */
    private void record(Response upstream, Content.Source source) {
        Content.Chunk chunk = source.read();
        for (; chunk != null; chunk = source.read()) {
            if (Content.Chunk.isFailure(chunk)) {
                upstream.abort(chunk.getFailure());
                return;
            }
            if (chunk.hasRemaining()) {
                recording.add(chunk.getByteBuffer());
            }
            chunk.release();
            exchange.awaitUpstream();
            if (chunk.isLast()) {
                return;
            }
        }
        source.demand(() -> record(upstream, source));
    }

    /** Reads and writes until nothing is available or the client does not accept a chunk at once. */
    @Override
    public void onContentSource(Response upstream, Content.Source source) {
        if (ignored) {
            return; // bytes that had arrived before the abort
        }
        if (recording != null) {
            record(upstream, source);
            return;
        }
        while (true) {
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                exchange.awaitUpstream();
                Runnable demand = () -> source.demand(() -> onContentSource(upstream, source));
                if (exchange.isForwarding() || write(upstream, EMPTY, demand)) {
                    demand.run();
                }
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                upstream.abort(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            boolean written = true;
            if (isWholeAndSmall(upstream, chunk)) {
                buffer(upstream, chunk.getByteBuffer());
            } else if (chunk.hasRemaining()) {
                exchange.awaitClient();
                written = write(upstream, chunk.getByteBuffer(), () -> {
                    chunk.release();
                    exchange.awaitUpstream();
                    if (!last) {
                        onContentSource(upstream, source);
                    }
                });
            }
            if (written) {
                chunk.release();
                exchange.awaitUpstream();
            }
            if (last || !written) {
                return;
            }
        }
    }

    private boolean isWholeAndSmall(Response upstream, Content.Chunk chunk) {
        int size = chunk.remaining();
        return writer == null
                && exchange.isRequestRead() // otherwise the exchange may end much later
                && size > 0
                && size == upstream.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH)
                && size <= exchange.response.getBufferSize();
    }

    /** Never blocks: the body fits into the buffer. */
    private void buffer(Response upstream, ByteBuffer body) {
        try {
            exchange.observer.sent(body.remaining());
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            exchange.response.getOutputStream().write(bytes);
        } catch (IOException | RuntimeException e) {
            exchange.clientGone(e);
            upstream.abort(e);
        }
    }

    /** Writes a chunk. Returns true if it was written at once; otherwise {@code onWritten} is called later. */
    private boolean write(Response upstream, ByteBuffer chunk, Runnable onWritten) {
        exchange.startForwarding();
        forwardedBytes += chunk.remaining();
        exchange.observer.sent(chunk.remaining());
        setWriting(true);
        try {
            if (writer == null) {
                writer = new BodyWriter(exchange.response.getOutputStream(), this::clientGone);
            }
            boolean written = writer.write(chunk, () -> {
                setWriting(false);
                onWritten.run();
                completeIfOver();
            });
            if (written) {
                setWriting(false);
                completeIfOver();
            }
            return written;
        } catch (IOException | RuntimeException e) {
            clientGone(e);
            upstream.abort(e);
            return false;
        }
    }

    private void clientGone(Throwable cause) {
        exchange.clientGone(cause);
        setWriting(false);
        completeIfOver();
    }

    private synchronized void setWriting(boolean writing) {
        this.writing = writing;
    }

    private void completeIfOver() {
        Result completed;
        synchronized (this) {
            if (writing || result == null) {
                return;
            }
            completed = result;
            result = null;
        }
        complete(completed);
    }

    /**
     * Completes the exchange, after the last chunk has been written. A chunk of a whole response may still be in progress:
     * when Jetty has buffered the response, as after a refused 100-continue, or when Streamlit has answered and closed
     * before it read the whole request.
     */
    @Override
    public void onComplete(Result completed) {
        if (recording != null && recording.end()) {
            servlet.recorded(exchange);
            return;
        }
        synchronized (this) {
            if (writing && isWhole(completed) && !exchange.isTimedOut()) {
                result = completed;
                return;
            }
        }
        complete(completed);
    }

    private void complete(Result completed) {
        servlet.completed(exchange, completed, isWhole(completed));
    }

    /** Returns whether the whole response has arrived. The request may have failed afterwards. */
    private boolean isWhole(Result completed) {
        return !ignored
                && (completed.getResponseFailure() == null
                        || forwardedBytes > 0
                                && forwardedBytes
                                        == completed
                                                .getResponse()
                                                .getHeaders()
                                                .getLongField(HttpHeader.CONTENT_LENGTH));
    }
}
