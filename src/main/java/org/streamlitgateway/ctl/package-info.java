/**
 * The command {@code ctl}: a Unix domain socket in the gateway, and the client that sends it one line. The socket's file
 * permissions are the only access check, so nothing of this is reachable by network.
 *
 * <p>Protocol: the client sends {@code status}, {@code status json}, or an action with its parameters in form encoding, such
 * as {@code drain app=%2Fsales&replica=app1%3A8501}, and a line feed. The answer is a line {@code ok} or {@code failed},
 * then text up to the end of the stream.
 */
package org.streamlitgateway.ctl;
