/** Reloads the configuration while the gateway runs, and keeps the result of the latest attempt. Knows only the configuration. */
package org.streamlitgateway.reload;
