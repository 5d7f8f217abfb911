/** Bounded memories of what happened lately: the last hour of an app, and the latest runs of a session. */
package org.streamlitgateway.observe.history;
