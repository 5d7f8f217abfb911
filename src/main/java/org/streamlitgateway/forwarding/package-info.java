/**
 * Decides which client-supplied data to trust: forwarding headers of trusted proxies, {@code Host}, {@code Origin}, identity
 * headers. The result is one {@link ClientInfo} per request.
 */
package org.streamlitgateway.forwarding;
