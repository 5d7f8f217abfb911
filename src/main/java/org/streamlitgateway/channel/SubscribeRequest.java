package org.streamlitgateway.channel;

import org.streamlitgateway.channel.protocol.ResumePoint;
import org.streamlitgateway.limit.ClientKey;

/**
 * Request of a client to subscribe or to send to a channel.
 *
 * @param user name of the logged-in user, or {@code null}
 * @param address network address of the client
 * @param client random id by which a page resumes its dedicated feed, or {@code null}
 */
public record SubscribeRequest(String user, String address, String client, ResumePoint resumePoint) {
    private static final int MIN_ID_CHARS = 16;
    private static final int MAX_ID_CHARS = 200;

    /** Returns the key of the page, which differs between users; {@code null} when the page cannot resume. */
    String pageKey() {
        boolean usable = client != null && client.length() >= MIN_ID_CHARS && client.length() <= MAX_ID_CHARS;
        return usable ? (user == null ? "-" : "+" + user) + "\n" + client : null;
    }

    /** Returns the key that limits per client count by: the user, or the address of an anonymous client. */
    public String quotaKey() {
        return user != null ? "+" + user : "-" + ClientKey.of(address);
    }
}
