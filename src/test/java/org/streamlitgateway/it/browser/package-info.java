/**
 * The gateway as a person meets it: a real Chromium, a real Streamlit, and any deployment between them.
 *
 * <p>Every class here runs once for each {@link org.streamlitgateway.it.browser.Placement}: a deployment (the gateway embedded, in
 * a container, or none at all) and the path that the app is served at. {@code -Ddeployments=direct} is the browser at Streamlit
 * without a gateway, with which a new test is tried first: what does not hold there is no fault of the gateway.
 *
 * <p>A test that fails leaves a picture of each tab, its console and its requests in {@code target/browser}.
 */
package org.streamlitgateway.it.browser;
