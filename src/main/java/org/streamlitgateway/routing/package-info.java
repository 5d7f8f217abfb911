/**
 * Maps a path to an app, and a visitor to one of the app's replicas. {@link RouteTable} and {@link App} are immutable; a
 * configuration reload builds new ones that share the replicas.
 */
package org.streamlitgateway.routing;
