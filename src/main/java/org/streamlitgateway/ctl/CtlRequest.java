package org.streamlitgateway.ctl;

/**
 * One line of a {@code ctl} client.
 *
 * @param command the first word
 * @param rest the rest of the line, or empty
 * @param user name of the user at the other end of the socket
 */
public record CtlRequest(String command, String rest, String user) {
    static CtlRequest parse(String line, String user) {
        int space = line.indexOf(' ');
        return space < 0
                ? new CtlRequest(line, "", user)
                : new CtlRequest(line.substring(0, space), line.substring(space + 1), user);
    }
}
