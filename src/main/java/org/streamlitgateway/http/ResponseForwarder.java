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
 * Streamlit's answer on its way to the client. Reads the next piece only when the client took the one before. The
 * headers go out with the first piece if it is already there, and at once if it is not. A whole small body that is
 * there goes into the container's buffer, and out with the headers when the exchange is complete: one write, and none
 * of the calls between threads that a {@link BodyWriter} needs.
 */
final class ResponseForwarder implements Response.Listener {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Exchange exchange;
    private final AppProxyServlet servlet;
    private final AssetCache cache;
    private Recording recording;
    private BodyWriter writer;
    private boolean isUnwanted;
    private long passedOn;

    /** A piece is on its way to the client, and the exchange with Streamlit is over: both guarded by this. */
    private boolean underWay;

    private Result result;

    ResponseForwarder(Exchange exchange, AppProxyServlet servlet, AssetCache cache) {
        this.exchange = exchange;
        this.servlet = servlet;
        this.cache = cache;
    }

    @Override
    public void onBegin(Response upstream) {
        if (!exchange.answered()) {
            isUnwanted = true;
            return;
        }
        exchange.response.setStatus(upstream.getStatus());
    }

    @Override
    public void onHeaders(Response upstream) {
        if (isUnwanted) {
            return;
        }
        exchange.awaitUpstream();
        if (upstream.getStatus() < 200) { // after 101 the bytes would be another protocol's
            isUnwanted = true;
            upstream.abort(new IOException("answered " + upstream.getStatus() + ", which was not asked for"));
            return;
        }
        if (exchange.mayMove() && isMissingAsset(upstream)) {
            isUnwanted = true;
            upstream.abort(new MissingAssetException());
            return;
        }
        makeRoomForPieces(upstream, exchange.response);
        ResponseHeaders.pass(
                upstream.getHeaders(), exchange.request, exchange.response, exchange.client, exchange.route);
        if (exchange.key != null) {
            record(upstream);
        }
    }

    /** Of a piece that is larger than its buffer Tomcat keeps an end back, until its poller has called. */
    private static void makeRoomForPieces(Response upstream, HttpServletResponse response) {
        int room = response.getBufferSize();
        long length = upstream.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH); // negative when there is none
        if (room < UpstreamClient.BUFFER_BYTES && (length < 0 || length > room)) {
            response.setBufferSize(UpstreamClient.BUFFER_BYTES);
        }
    }

    /**
     * An asset of another version of the app, which a tab that was opened before still needs: Streamlit answers with 404
     * or with its page. While an upgrade goes on, another replica has it.
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
                    () -> servlet.taken(exchange),
                    gone -> servlet.abandoned(exchange, gone));
        } catch (IOException | RuntimeException lost) {
            exchange.clientGone(lost);
            upstream.abort(lost);
        }
        if (recording == null) {
            exchange.land();
        } else {
            exchange.recorded();
        }
    }

    /** Takes all that is there; it is the bound of the cache that keeps it from being too much. */
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

    /** Reads and writes until there is nothing to read or the client does not take it at once. */
    @Override
    public void onContentSource(Response upstream, Content.Source source) {
        if (isUnwanted) {
            return; // it was there already when it was aborted
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
                if (exchange.isPassing() || write(upstream, NOTHING, demand)) {
                    demand.run();
                }
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                upstream.abort(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            boolean taken = true;
            if (isWholeAndSmall(upstream, chunk)) {
                buffer(upstream, chunk.getByteBuffer());
            } else if (chunk.hasRemaining()) {
                exchange.awaitClient();
                taken = write(upstream, chunk.getByteBuffer(), () -> {
                    chunk.release();
                    exchange.awaitUpstream();
                    if (!last) {
                        onContentSource(upstream, source);
                    }
                });
            }
            if (taken) {
                chunk.release();
                exchange.awaitUpstream();
            }
            if (last || !taken) {
                return;
            }
        }
    }

    private boolean isWholeAndSmall(Response upstream, Content.Chunk chunk) {
        int size = chunk.remaining();
        return writer == null
                && exchange.isRequestRead() // else the end may be long in coming
                && size > 0
                && size == upstream.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH)
                && size <= exchange.response.getBufferSize();
    }

    /** Never waits, for it fits into the buffer. */
    private void buffer(Response upstream, ByteBuffer body) {
        try {
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            exchange.response.getOutputStream().write(bytes);
        } catch (IOException | RuntimeException lost) {
            exchange.clientGone(lost);
            upstream.abort(lost);
        }
    }

    /** True when the client's side took it at once; else {@code taken} is called when it has. */
    private boolean write(Response upstream, ByteBuffer piece, Runnable taken) {
        exchange.passing();
        passedOn += piece.remaining();
        setUnderWay(true);
        try {
            if (writer == null) {
                writer = new BodyWriter(exchange.response.getOutputStream(), this::clientGone);
            }
            boolean already = writer.write(piece, () -> {
                setUnderWay(false);
                taken.run();
                completeIfOver();
            });
            if (already) {
                setUnderWay(false);
                completeIfOver();
            }
            return already;
        } catch (IOException | RuntimeException lost) {
            clientGone(lost);
            upstream.abort(lost);
            return false;
        }
    }

    private void clientGone(Throwable cause) {
        exchange.clientGone(cause);
        setUnderWay(false);
        completeIfOver();
    }

    private synchronized void setUnderWay(boolean is) {
        underWay = is;
    }

    private void completeIfOver() {
        Result over;
        synchronized (this) {
            if (underWay || result == null) {
                return;
            }
            over = result;
            result = null;
        }
        complete(over);
    }

    /**
     * The client need not have all of a whole answer by then: not where Jetty has gathered it, as when 100-continue is
     * refused, nor where Streamlit has answered and closed before it had read the request.
     */
    @Override
    public void onComplete(Result over) {
        if (recording != null && recording.end()) {
            servlet.recorded(exchange);
            return;
        }
        synchronized (this) {
            if (underWay && isWhole(over) && !exchange.isTimedOut()) {
                result = over;
                return;
            }
        }
        complete(over);
    }

    private void complete(Result over) {
        servlet.completed(exchange, over, isWhole(over));
    }

    /** Whether all of the answer has come, whatever failed then: the request, mostly, of which nobody wants the rest. */
    private boolean isWhole(Result over) {
        return !isUnwanted
                && (over.getResponseFailure() == null
                        || passedOn > 0
                                && passedOn == over.getResponse().getHeaders().getLongField(HttpHeader.CONTENT_LENGTH));
    }
}
