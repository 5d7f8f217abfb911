/**
 * The closed set of outcomes, each with HTTP status, close code, log level and fixed text, and helpers to log them. Uses no
 * other package.
 */
package org.streamlitgateway.outcome;
