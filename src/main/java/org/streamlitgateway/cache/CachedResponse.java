package org.streamlitgateway.cache;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.cache.header.ByteRange;
import org.streamlitgateway.cache.header.ContentCoding;
import org.streamlitgateway.headers.SecurityHeaders;
import org.streamlitgateway.observe.RequestObserver;
import org.streamlitgateway.outcome.Printable;

/** Answers one request from a stored asset, with status 200, 206, 304 or 416. Never blocks on the client. */
final class CachedResponse {
    private static final Logger LOG = LoggerFactory.getLogger(CachedResponse.class);

    private final Asset asset;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Runnable release;

    /** @param release called once, when the asset is no longer needed */
    CachedResponse(Asset asset, HttpServletRequest request, HttpServletResponse response, Runnable release) {
        this.asset = asset;
        this.request = request;
        this.response = response;
        this.release = release;
    }

    void send() {
        RequestObserver.of(request).cacheHit();
        SecurityHeaders security = SecurityHeaders.of(request);
        for (HttpField field : asset.headers) {
            if (field.getHeader() == HttpHeader.DATE) {
                response.setHeader("Date", field.getValue()); // the container has set its own already
            } else if (!security.isDropped(field)) {
                response.addHeader(field.getName(), field.getValue());
            }
        }
        security.complete(asset.headers, response);
        response.setHeader("Age", Long.toString(asset.ageSeconds()));
        if (asset.compressible) {
            response.setHeader("Vary", "Accept-Encoding");
        }
        if (Preconditions.isNotModified(request, asset)) {
            ContentCoding coding = asset.choose(request.getHeader("Accept-Encoding"));
            head(HttpServletResponse.SC_NOT_MODIFIED, coding);
            response.setContentLength(asset.body(coding).length); // may be absent, but not 0 (RFC 9110 section 8.6)
            end();
            return;
        }
        ByteRange range = request.getMethod().equals("GET") ? Preconditions.range(request, asset) : null;
        if (range == null) {
            ContentCoding coding = asset.choose(request.getHeader("Accept-Encoding"));
            byte[] body = asset.body(coding);
            head(HttpServletResponse.SC_OK, coding);
            body(body, 0, body.length);
        } else {
            byte[] body = asset.body(ContentCoding.IDENTITY);
            head(range.isSatisfiable() ? HttpServletResponse.SC_PARTIAL_CONTENT : 416, ContentCoding.IDENTITY);
            response.setHeader("Content-Range", range.contentRange(body.length));
            body(body, range.start(), range.end());
        }
    }

    /**
     * Sets status, entity tag and content coding. An encoded body is a different sequence of bytes and gets a weak tag
     * (RFC 9110 section 8.8.3.3). The tag's text stays the same: Streamlit recognises it after the asset was evicted.
     */
    private void head(int status, ContentCoding coding) {
        response.setStatus(status);
        if (coding != ContentCoding.IDENTITY) {
            if (asset.etag != null && !asset.etag.startsWith("W/")) {
                response.setHeader("ETag", "W/" + asset.etag);
            }
            if (status == HttpServletResponse.SC_OK) {
                response.setHeader("Content-Encoding", coding.token());
            }
        }
    }

    private void body(byte[] body, int from, int to) {
        response.setContentLength(to - from);
        try {
            if (request.getMethod().equals("HEAD") || from == to) {
                end();
            } else if (to - from <= response.getBufferSize()) {
                response.getOutputStream().write(body, from, to - from); // fits into the buffer: does not block
                end();
            } else {
                AsyncContext async = request.isAsyncStarted() ? request.getAsyncContext() : request.startAsync();
                async.setTimeout(0); // the container's idle timeout ends a stalled response
                new MemoryWriter(response.getOutputStream(), body, from, to, to, this::end, this::clientGone).start();
            }
        } catch (IOException | IllegalStateException e) {
            clientGone(e);
        }
    }

    private void clientGone(Throwable cause) {
        LOG.debug("client disconnected while receiving {}", new Printable(request.getRequestURI()), cause);
        end();
    }

    private void end() {
        release.run();
        if (request.isAsyncStarted()) {
            RequestObserver.of(request).end();
            try {
                request.getAsyncContext().complete();
            } catch (IllegalStateException e) {
                LOG.debug("request was already completed by the container", e);
            }
        }
    }
}
