/**
 * How much one client may have in use of what all share. A client is the address that trusted proxies name, and of IPv6
 * the network of 64 bits that one household or machine has to itself. Knows nothing of requests; called by whoever hands
 * out what is counted.
 */
package org.streamlitgateway.limit;
