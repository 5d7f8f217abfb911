/**
 * Moves message bodies between the servlet container and the HTTP client, without blocking.
 */
package org.streamlitgateway.http.body;
