package org.streamlitgateway.operator;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * User of the process at the other end of a connection within this machine, as Linux tells it. A front proxy on this machine
 * may pass on a visitor's request without any trace of the visitor, but it has a service account of its own.
 */
final class PeerUser {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final Pattern BLANKS = Pattern.compile(" +");

    /** Columns of the tables. */
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int USER = 7;
    private static final String ESTABLISHED = "01";

    /** Ids of people's accounts (login.defs: UID_MIN, UID_MAX). Services have lower ones, containers' users higher ones. */
    private static final int FIRST_PERSON = 1000;

    private static final int LAST_PERSON = 60_000;
    private static final int ROOT = 0;

    private PeerUser() {}

    /**
     * Returns whether the peer is a process of a person, of root or of the gateway's own user; true if this system does not
     * tell.
     *
     * @param peerPort port of the other end
     * @param ownPort port of this end
     */
    static boolean isPerson(int peerPort, int ownPort) {
        if (!Files.isReadable(TABLES.get(0))) {
            return true;
        }
        try {
            int own = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            for (Path table : TABLES) {
                int user = user(table, peerPort, ownPort);
                if (user >= 0) {
                    return user == own || user == ROOT || user >= FIRST_PERSON && user <= LAST_PERSON;
                }
            }
        } catch (IOException | RuntimeException e) {
            return false;
        }
        return false;
    }

    /** Returns the user of the socket with these ports on this machine; negative if the table has none. */
    private static int user(Path table, int peerPort, int ownPort) throws IOException {
        if (!Files.isReadable(table)) {
            return -1;
        }
        String local = String.format(":%04X", peerPort);
        String remote = String.format(":%04X", ownPort);
        try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains(local)) {
                    String[] columns = BLANKS.split(line.trim());
                    if (columns.length > USER
                            && columns[LOCAL].endsWith(local)
                            && columns[REMOTE].endsWith(remote)
                            && columns[STATE].equals(ESTABLISHED)) {
                        return Integer.parseInt(columns[USER]);
                    }
                }
            }
        }
        return -1;
    }
}
