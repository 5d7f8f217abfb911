/**
 * The WAR in servlet containers that are not the gateway's own: each is the distribution as its project publishes it,
 * unpacked by the build, run on a base directory of its own. The suites of the other packages reach them through
 * {@link org.streamlitgateway.it.container.ContainerDeployment}; here is what only a container has.
 */
package org.streamlitgateway.it.container;
