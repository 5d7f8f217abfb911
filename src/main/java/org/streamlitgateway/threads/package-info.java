/** Thread pools that grow with the load and shrink when it has passed. Uses no other package of the gateway. */
package org.streamlitgateway.threads;
