/**
 * The access log: a line for each request, two for each session. Listeners copy what a line needs into a bounded queue and
 * never wait; one thread formats and writes. Secrets are left out or hashed before they are formatted, and everything that
 * others chose is escaped.
 */
package org.streamlitgateway.accesslog;
