package org.streamlitgateway.observe;

import jakarta.servlet.http.HttpServletRequest;
import org.streamlitgateway.observe.metrics.AppMetrics.RequestKind;

/** Finds out what kind of Streamlit resource a request is for, by its path below the app. */
final class RequestKinds {
    private RequestKinds() {}

    static RequestKind of(HttpServletRequest request, String prefix) {
        String uri = request.getRequestURI();
        String path = uri.startsWith(prefix) ? uri.substring(prefix.length()) : uri;
        if (path.startsWith("/static/")) {
            return RequestKind.ASSET;
        }
        if (path.startsWith("/_stcore/")) {
            return ofStreamlitPath(path.substring("/_stcore".length()));
        }
        if (path.startsWith("/media/") || path.startsWith("/app/static/")) {
            return RequestKind.MEDIA;
        }
        if (path.startsWith("/component/")) {
            return RequestKind.COMPONENT;
        }
        if (path.startsWith("/_gateway/channels/")) {
            return RequestKind.CHANNEL;
        }
        if (path.startsWith("/auth/") || path.equals("/oauth2callback")) {
            return RequestKind.AUTH;
        }
        boolean named = path.indexOf('/', 1) < 0 && path.indexOf('.') < 0;
        return named
                        && (request.getMethod().equals("GET")
                                || request.getMethod().equals("HEAD"))
                ? RequestKind.PAGE
                : RequestKind.OTHER;
    }

    private static RequestKind ofStreamlitPath(String path) {
        if (path.startsWith("/health") || path.startsWith("/host-config") || path.startsWith("/script-health-check")) {
            return RequestKind.HEALTH;
        }
        if (path.startsWith("/upload_file/")) {
            return RequestKind.UPLOAD;
        }
        return path.startsWith("/bidi-components/") ? RequestKind.COMPONENT : RequestKind.OTHER;
    }
}
