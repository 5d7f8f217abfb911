/**
 * Keeps responses in memory that Streamlit marks as immutable (RFC 9111, RFC 8246), compressed once.
 *
 * <p>{@link AssetCache} is the entry point. Requests that it cannot answer go to Streamlit; concurrent requests for the same
 * asset wait for the first one ({@link InFlightRequest}). If its response proves cacheable, a {@link Recording} takes the
 * bytes as fast as Streamlit sends them, and the client reads from it at its own pace.
 *
 * <p>Invariants: the bytes of all stored and growing assets, including keys, headers, and evicted assets still being
 * read, stay within the configured bound. Remembered uncacheable keys have a bound of their own. Each request header is
 * read in one pass. A body that did not arrive whole is never stored. No thread waits.
 */
package org.streamlitgateway.cache;
