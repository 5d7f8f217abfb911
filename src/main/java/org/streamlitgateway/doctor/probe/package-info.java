/**
 * A small HTTP/1.1 and WebSocket client on plain sockets, which shows exactly what a server or proxy sent. What answers may
 * be hostile: every read and write ends by a deadline, and every head, body, frame and cookie has a bound. Nothing is sent
 * over TLS before the certificate is verified, unless the caller waives that.
 */
package org.streamlitgateway.doctor.probe;
