package org.streamlitgateway.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.streamlitgateway.outcome.Outcome;

/**
 * Sends the gateway's fixed texts for requests that Jetty refuses before the servlet, such as malformed ones; Jetty's pages
 * would quote the request and name classes. Closes the connection, since the start of the next request is unknown.
 */
final class PlainTextErrorHandler extends ErrorHandler {
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        prepare(request, response);
        byte[] text = (text(code) + "\n").getBytes(StandardCharsets.US_ASCII);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, text.length);
        response.write(true, BufferUtil.toBuffer(text), callback);
    }

    private static void prepare(Request request, Response response) {
        HttpFields.Mutable fields = response.getHeaders();
        fields.put(HttpHeader.CACHE_CONTROL, "no-store");
        fields.put("X-Content-Type-Options", "nosniff");
        fields.put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        if (request.getConnectionMetaData().getHttpVersion().getVersion() <= HttpVersion.HTTP_1_1.getVersion()) {
            fields.put(HttpHeader.CONNECTION, "close");
        }
    }

    /**
     * Handles failures inside the servlet context. The context's channel must complete the exchange: otherwise a
     * connection whose client is gone would stay open.
     */
    static final class InContext extends org.eclipse.jetty.ee10.servlet.ErrorHandler {
        @Override
        public boolean errorPageForMethod(String method) {
            return true;
        }

        @Override
        protected boolean generateAcceptableResponse(
                Request request,
                Response response,
                Callback callback,
                String contentType,
                List<Charset> charsets,
                int code,
                String message,
                Throwable cause)
                throws IOException {
            prepare(request, response);
            List<Charset> utf8 = List.of(StandardCharsets.UTF_8);
            return super.generateAcceptableResponse(request, response, callback, "text/plain", utf8, code, "", null);
        }

        @Override
        protected void writeErrorPlain(Request request, PrintWriter writer, int code, String message, Throwable cause) {
            writer.write(text(code) + "\n");
        }
    }

    private static String text(int code) {
        return (switch (code) {
                    case 404 -> Outcome.NOT_FOUND;
                    case 405 -> Outcome.BAD_METHOD;
                    case 408 -> Outcome.CLIENT_SLOW;
                    case 414 -> Outcome.TARGET_TOO_LONG;
                    case 417 -> Outcome.BAD_EXPECTATION;
                    case 426 -> Outcome.BAD_VERSION;
                    case 431 -> Outcome.HEAD_TOO_LARGE;
                    case 501 -> Outcome.NOT_IMPLEMENTED;
                    case 503 -> Outcome.STOPPING;
                    case 505 -> Outcome.BAD_PROTOCOL_VERSION;
                    default -> code < 500 ? Outcome.BAD_REQUEST : Outcome.INTERNAL;
                })
                .text();
    }
}
