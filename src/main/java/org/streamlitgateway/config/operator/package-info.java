/** Parser of the settings for operators: metrics, access log, status page and tracing. */
package org.streamlitgateway.config.operator;
