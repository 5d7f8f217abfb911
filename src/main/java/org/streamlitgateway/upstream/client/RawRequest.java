package org.streamlitgateway.upstream.client;

import java.net.URI;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.streamlitgateway.config.HostPort;

/**
 * A request whose method and target go out byte for byte as they came in. Jetty's own request parses the target as a
 * {@link URI}, which refuses characters that browsers do send and takes {@code //x} for a host.
 */
public final class RawRequest extends HttpRequest {
    private final String method;
    private final String path;
    private final String query;
    private volatile boolean onUsedConnection;

    public RawRequest(HttpClient client, HostPort address, String method, String target) {
        super(client, new HttpConversation(), URI.create("http://" + address));
        this.method = method;
        int mark = target.indexOf('?');
        this.path = mark < 0 ? target : target.substring(0, mark);
        this.query = mark < 0 ? null : target.substring(mark + 1);
    }

    void onUsedConnection(boolean used) {
        onUsedConnection = used;
    }

    /** Whether it was last sent on a connection that had carried another request before. */
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

    /** Apart from the path, for Jetty decodes a path to see whether it is safe, and fails at what is no code in a query. */
    @Override
    public String getQuery() {
        return query;
    }
}
