/**
 * The replicas of the apps: health, draining, load, and the rate of WebSocket handshakes that each can take.
 */
package org.streamlitgateway.upstream;
