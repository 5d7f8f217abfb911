/** Which app a path belongs to. Immutable; asked once per request by the front door. */
package org.streamlitgateway.route;
