/**
 * What the gateway is told: settings from every source, read and validated as a whole, all problems at once. The
 * records are immutable; nothing else in the gateway reads flags, variables or parameters.
 */
package org.streamlitgateway.config;
