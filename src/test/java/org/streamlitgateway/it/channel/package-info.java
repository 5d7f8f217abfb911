/**
 * Channels as seen by app authors and visitors: a real Chromium, a real Streamlit with the Python module, the gateway,
 * and {@link org.streamlitgateway.it.channel.FeedServer} behind it.
 *
 * <p>The scripts are in {@code src/test/streamlit/channels}; each writes its state as JSON, which {@link
 * org.streamlitgateway.it.channel.Facts} reads from the page.
 */
package org.streamlitgateway.it.channel;
