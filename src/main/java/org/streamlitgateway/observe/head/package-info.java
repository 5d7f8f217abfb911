/** Copies of requests' heads, for use after the container has recycled the requests. */
package org.streamlitgateway.observe.head;
