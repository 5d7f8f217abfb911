package org.streamlitgateway.guard;

/**
 * Where a request comes from, as far as it can be believed.
 *
 * @param peer address of the TCP peer
 * @param forwardedFor value for X-Forwarded-For: what a trusted proxy said, then the peer
 * @param scheme {@code http} or {@code https}, as the browser used it
 * @param host value of Host as the browser sent it, port included
 * @param port the port the browser used
 * @param prefix path prefix that a trusted proxy took off, or empty
 * @param trusted whether the peer is a configured trusted proxy
 * @param forwarded the Forwarded header (RFC 7239) so far, or empty
 */
public record Client(
        String peer,
        String forwardedFor,
        String scheme,
        String host,
        int port,
        String prefix,
        boolean trusted,
        String forwarded) {

    /** The client's own address: what a trusted proxy says, else the peer. */
    public String address() {
        int end = trusted ? forwardedFor.lastIndexOf(',') : -1;
        return end < 0
                ? peer
                : forwardedFor
                        .substring(forwardedFor.lastIndexOf(',', end - 1) + 1, end)
                        .trim();
    }
}
