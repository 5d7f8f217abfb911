/**
 * Export of spans by OTLP over HTTP, in its JSON encoding: a span for each request, each session, and each run of a script,
 * which no tracer of HTTP can see. Listeners only queue what a span needs; one thread sends, and what cannot be sent is
 * dropped and counted.
 */
package org.streamlitgateway.trace.otlp;
