/**
 * Checks the grammar of requests (RFC 9110, RFC 9112, RFC 3986) once, at the edge. Whatever passes may be written to an
 * upstream request line or header.
 */
package org.streamlitgateway.grammar;
