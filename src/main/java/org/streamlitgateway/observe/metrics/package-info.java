/**
 * The gateway's metrics in Prometheus' formats. One registry belongs to one gateway, so that nothing is left after its end.
 * Labels come from the configuration and from closed sets only, never from a client, so the number of series is bounded.
 */
package org.streamlitgateway.observe.metrics;
