package org.streamlitgateway.routing;

/**
 * What visitors of a stopped app are told.
 *
 * @param message the operator's text, or empty
 * @param keepsSessions whether open sessions stay, and may use what they need
 */
public record StopNotice(String message, boolean keepsSessions) {}
