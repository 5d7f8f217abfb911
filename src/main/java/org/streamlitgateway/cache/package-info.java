/**
 * Keeps in memory what Streamlit marks as never changing (RFC 9111, RFC 8246), compressed once, and answers from there.
 *
 * <p>{@link org.streamlitgateway.cache.AssetCache} is the door. A request that it does not answer goes to Streamlit;
 * others for the same asset wait on its {@link org.streamlitgateway.cache.Flight}. When the answer turns out to be one
 * to keep, a {@link org.streamlitgateway.cache.Recording} takes the bytes as fast as Streamlit sends them, and the
 * client reads from it at its own pace.
 *
 * <p>What holds always: the bytes of all stored and growing assets with their names and headers, and of those evicted
 * while a client still reads them, stay within the configured bound; names that are remembered for another reason have a
 * bound of their own; each header of a request is read in one pass; a body that did not arrive whole is never stored; no thread waits.
 */
package org.streamlitgateway.cache;
