/**
 * The closed set of ways in which things end, what each side is told, and when a peer counts as gone. Depends on
 * nothing.
 */
package org.streamlitgateway.outcome;
