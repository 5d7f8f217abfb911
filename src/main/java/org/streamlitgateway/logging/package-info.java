/**
 * Console logging of the executable: one line per event, without repeating library warnings that clients can provoke.
 */
package org.streamlitgateway.logging;
