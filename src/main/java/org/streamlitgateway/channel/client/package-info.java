/**
 * Channels for Java programs, without a gateway: {@link Connection} and {@link SharedConnection}.
 */
package org.streamlitgateway.channel.client;
