package org.streamlitgateway.upstream.client;

import java.net.URI;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.streamlitgateway.config.HostPort;

/**
 * A request that sends method and target byte for byte as they were received. Jetty's request parses the target as a
 * {@link URI}, which rejects characters that browsers send and takes {@code //x} for a host.
 */
public final class RawRequest extends HttpRequest {
    private final String method;
    private final String path;
    private final String query;
    private volatile boolean onUsedConnection;

    public RawRequest(HttpClient client, HostPort address, String method, String target) {
        super(client, new HttpConversation(), URI.create("http://" + address));
        this.method = method;
        int question = target.indexOf('?');
        this.path = question < 0 ? target : target.substring(0, question);
        this.query = question < 0 ? null : target.substring(question + 1);
    }

    void onUsedConnection(boolean used) {
        onUsedConnection = used;
    }

    /** Returns whether the request was last sent on a connection that had carried another request before. */
    public boolean isOnUsedConnection() {
        return onUsedConnection;
    }

    @Override
    public String getMethod() {
        return method;
    }

    @Override
    public String getPath() {
        return path;
    }

    /** Kept apart from the path: Jetty decodes the path to check it, and would fail on a malformed escape in a query. */
    @Override
    public String getQuery() {
        return query;
    }
}
