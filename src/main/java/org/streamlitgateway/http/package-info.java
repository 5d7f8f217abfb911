/**
 * HTTP exchanges with Streamlit, on Jetty's {@code AsyncProxyServlet}. Bodies stream in both directions with back-pressure,
 * and no thread waits for a peer. An exchange ends in exactly one {@link org.streamlitgateway.outcome.Outcome} or in
 * success.
 */
package org.streamlitgateway.http;
