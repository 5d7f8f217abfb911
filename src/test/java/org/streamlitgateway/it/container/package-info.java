/**
 * The WAR in standalone servlet containers. Each is the distribution published by its project, unpacked by the build
 * and run on its own base directory. The suites of other packages reach them through {@link
 * org.streamlitgateway.it.container.ContainerDeployment}; the suites here cover behaviour that only containers have.
 */
package org.streamlitgateway.it.container;
