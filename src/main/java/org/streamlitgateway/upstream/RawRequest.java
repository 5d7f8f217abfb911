package org.streamlitgateway.upstream;

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
    private final String target;

    public RawRequest(HttpClient client, HostPort address, String method, String target) {
        super(client, new HttpConversation(), URI.create("http://" + address));
        this.method = method;
        this.target = target;
    }

    @Override
    public String getMethod() {
        return method;
    }

    @Override
    public String getPath() {
        return target;
    }

    @Override
    public String getQuery() {
        return null;
    }
}
