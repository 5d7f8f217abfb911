/**
 * HTTP header fields that decide what is cached and served: cache control, content coding, ranges.
 */
package org.streamlitgateway.cache.header;
