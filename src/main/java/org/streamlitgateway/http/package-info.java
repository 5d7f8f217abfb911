/**
 * HTTP exchanges with Streamlit, carried by Jetty's AsyncProxyServlet. Bodies stream both ways with back-pressure; no
 * thread waits for a peer. An exchange ends in exactly one {@link org.streamlitgateway.outcome.Outcome} or in success.
 */
package org.streamlitgateway.http;
