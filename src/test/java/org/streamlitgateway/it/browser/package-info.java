/**
 * The gateway from a user's perspective: a real Chromium, a real Streamlit, and any deployment between them.
 *
 * <p>Every class here runs once for each {@link org.streamlitgateway.it.browser.Placement}: a deployment (the gateway
 * embedded, in a container, or none at all) and the path at which the app is served. {@code -Ddeployments=direct}
 * connects the browser to Streamlit without a gateway. Try new tests with it first: a failure there is not the
 * gateway's fault.
 *
 * <p>A failed test leaves a picture of each tab, its console and its requests in {@code target/browser}.
 */
package org.streamlitgateway.it.browser;
