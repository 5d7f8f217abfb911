/** Version of this build, and the oldest versions of containers that it supports. Uses no other package. */
package org.streamlitgateway.version;
