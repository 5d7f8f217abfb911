/**
 * Channels as the author of an app and its visitors meet them: a real Chromium, a real Streamlit with the Python module,
 * the gateway, and {@link org.streamlitgateway.it.channel.FeedServer} behind it.
 *
 * <p>The scripts are in {@code src/test/streamlit/channels}; each writes what it knows as JSON, which {@link
 * org.streamlitgateway.it.channel.Facts} reads from the page.
 */
package org.streamlitgateway.it.channel;
