/**
 * Parses the value of one setting: durations, sizes, addresses, lists.
 */
package org.streamlitgateway.config.value;
