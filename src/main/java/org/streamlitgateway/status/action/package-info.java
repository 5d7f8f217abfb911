/**
 * What operators may do to a running gateway: take replicas out of service, restart processes, end sessions, stop apps,
 * reload. One list of actions for the status page and for the command {@code ctl}; each one is written to the audit log,
 * done or not. Effects last until another action, a restart of the gateway, or, for a drain, a change of that replica in the
 * configuration file.
 */
package org.streamlitgateway.status.action;
