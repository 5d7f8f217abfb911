/**
 * PEM certificates and keys, validated with the configuration and loaded by the embedded server.
 */
package org.streamlitgateway.tls;
