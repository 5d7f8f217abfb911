/** The status page, its actions and the command {@code ctl}, at running gateways. */
package org.streamlitgateway.it.status;
