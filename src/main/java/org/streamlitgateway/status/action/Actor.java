package org.streamlitgateway.status.action;

/**
 * Who asks for an action.
 *
 * @param name name of the user, or of the kind of client if it has none
 * @param from where the request comes from: an address, or the name of the socket
 */
public record Actor(String name, String from) {}
