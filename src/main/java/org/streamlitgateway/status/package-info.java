/**
 * What the gateway tells about itself, under {@code /_gateway}: health for balancers and orchestrators. Called by the
 * front door, before any app; {@link org.streamlitgateway.status.Readiness} is set by the assembly.
 */
package org.streamlitgateway.status;
