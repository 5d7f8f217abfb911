package org.streamlitgateway.channel;

import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.limit.ClientKey;

/**
 * Who asks for a channel.
 *
 * @param user who is logged in, or {@code null}
 * @param address where the client is
 * @param client the random word by which a page is known again, or {@code null}
 */
public record SubscribeRequest(String user, String address, String client, ResumePoint cursor) {
    private static final int SHORTEST = 16;
    private static final int LONGEST = 200;

    /** Another user's page is never known by the same key; {@code null} when it cannot be known again. */
    String key() {
        boolean usable = client != null && client.length() >= SHORTEST && client.length() <= LONGEST;
        return usable ? (user == null ? "-" : "+" + user) + "\n" + client : null;
    }

    /** Whom limits count: the user, or the address where nobody is logged in. */
    public String owner() {
        return user != null ? "+" + user : "-" + ClientKey.of(address);
    }
}
