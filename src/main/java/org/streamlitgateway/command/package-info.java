/**
 * The command line: the commands that take the place of serving ({@code java -jar streamlit-gateway.war doctor}), and
 * the gateway's own options, which every command may accept. A command is run by {@code Main}, writes to the streams that
 * it is given and returns its exit code; it never ends the JVM.
 */
package org.streamlitgateway.command;
