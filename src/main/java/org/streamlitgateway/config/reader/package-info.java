/**
 * Reads settings from all sources and validates them as a whole; reports all problems at once. Nothing else in the gateway
 * reads flags, variables or parameters.
 */
package org.streamlitgateway.config.reader;
