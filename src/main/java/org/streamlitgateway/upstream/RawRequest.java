package org.streamlitgateway.upstream;

import java.net.URI;
import java.nio.charset.StandardCharsets;
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

    public RawRequest(HttpClient client, HostPort address, String method, String target) {
        super(client, new HttpConversation(), URI.create("http://" + address));
        this.method = method;
        String bytes = bytes(target);
        int mark = bytes.indexOf('?');
        this.path = mark < 0 ? bytes : bytes.substring(0, mark);
        this.query = mark < 0 ? null : bytes.substring(mark + 1);
    }

    /** Jetty writes one byte for each character: what the container has decoded from UTF-8 becomes UTF-8 again. */
    private static String bytes(String target) {
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) > 0x7f) {
                return new String(target.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            }
        }
        return target;
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
