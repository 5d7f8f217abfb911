/**
 * Traces of requests (W3C Trace Context level 1): what a proxy sent is parsed strictly, and continued or replaced. Knows
 * nothing of requests' handlers; {@code trace.otlp} exports spans.
 */
package org.streamlitgateway.trace;
