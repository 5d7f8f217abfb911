/** Decides what of a request can be believed: the peer, the forwarding headers, the Origin. Called by the front door. */
package org.streamlitgateway.guard;
