package org.streamlitgateway.command;

import java.io.PrintStream;
import java.util.List;

/** Something other than serving that the program can do. {@code Main} chooses it by the first word of the command line. */
public interface Command {
    int DONE = 0;
    int FAILED = 1;
    int BAD_USAGE = 2;

    /** Returns the word that chooses this command. */
    String name();

    /** Returns one sentence for {@code --help}. */
    String summary();

    /**
     * Runs the command.
     *
     * @param arguments the words after the name
     * @return the exit code: {@link #DONE}, {@link #FAILED} or {@link #BAD_USAGE}
     */
    int run(List<String> arguments, PrintStream out, PrintStream err);
}
