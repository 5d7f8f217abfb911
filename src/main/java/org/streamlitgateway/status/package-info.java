/**
 * What operators see of a running gateway: one snapshot of apps, replicas, sessions, channels and configuration. The packages
 * below show it and change it. Reads the parts of the gateway and changes none.
 */
package org.streamlitgateway.status;
