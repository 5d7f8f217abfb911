package org.streamlitgateway.status.action;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The actions, with the parameters that they need. */
public enum ActionName {
    DRAIN(
            "a replica keeps its sessions, up to drain-timeout, and gets no new visitors",
            Parameter.APP,
            Parameter.REPLICA),
    MAINT(
            "a replica leaves service: its sessions move to others, and it is not checked",
            Parameter.APP,
            Parameter.REPLICA),
    READY("a replica is in service again", Parameter.APP, Parameter.REPLICA),
    RESTART(
            "a process that the gateway runs is restarted; without a replica, all of an app, one by one",
            Parameter.APP),
    STOP("an app shows a maintenance page to visitors, and its sessions are closed", Parameter.APP),
    RESUME("a stopped app lets visitors in again", Parameter.APP),
    END("a session is ended; its browser gets a new one", Parameter.SESSION),
    END_USER("all sessions and subscriptions of a user are ended", Parameter.USER),
    RELOAD("the configuration file is read again"),
    LOG_LEVEL("the log level changes until the next reload or start", Parameter.LEVEL);

    /** Names of parameters. */
    public enum Parameter {
        APP,
        REPLICA,
        SESSION,
        USER,
        LEVEL,
        /** Text for the visitors of a stopped app. */
        MESSAGE,
        /** {@code yes}: the sessions of a stopped app stay open. */
        KEEP;

        /** Returns the name in lower case. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final String effect;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Parameter> required;

    ActionName(String effect, Parameter... required) {
        this.effect = effect;
        this.required = List.of(required);
    }

    /** Returns the name as in paths and on the command line, such as {@code end-user}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the effect in one sentence, without a capital. */
    public String effect() {
        return effect;
    }

    /** Returns the parameters without which the action is not possible, in the order of the command line. */
    public List<Parameter> required() {
        return required;
    }

    /** Finds an action by its key. */
    public static Optional<ActionName> byKey(String key) {
        return Arrays.stream(values()).filter(name -> name.key().equals(key)).findFirst();
    }

    /** Returns all keys, separated by commas. */
    public static String keys() {
        return Arrays.stream(values()).map(ActionName::key).collect(Collectors.joining(", "));
    }
}
