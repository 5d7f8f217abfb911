/**
 * Messages of the channel protocol, their JSON, and the history from which subscribers resume. Nothing here does I/O.
 */
package org.streamlitgateway.channel.protocol;
