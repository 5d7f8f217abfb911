/**
 * The validated configuration, as immutable records, and the list of all settings.
 */
package org.streamlitgateway.config;
