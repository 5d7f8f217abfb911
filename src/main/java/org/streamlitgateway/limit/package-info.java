/**
 * Quotas of what one client may use of shared resources. A client is the address reported by trusted proxies, or the /64
 * network of an IPv6 address. The package knows nothing of requests; callers acquire and release shares.
 */
package org.streamlitgateway.limit;
