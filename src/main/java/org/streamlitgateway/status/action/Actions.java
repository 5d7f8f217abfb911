package org.streamlitgateway.status.action;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.routing.StopNotice;
import org.streamlitgateway.status.action.ActionName.Parameter;
import org.streamlitgateway.upstream.Replica;

/** Carries out actions, and writes each to the audit log. Thread-safe. */
public final class Actions {
    private static final int MAX_MESSAGE_CHARACTERS = 300;
    private static final int MAX_TARGET_CHARACTERS = 300;
    private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

    private final Operations operations;
    private final Function<String, SessionObserver> sessionById;
    private final AuditLog audit = new AuditLog();

    /** @param sessionById finds an open session by its id on the status page; {@code null} if there is none */
    public Actions(Operations operations, Function<String, SessionObserver> sessionById) {
        this.operations = operations;
        this.sessionById = sessionById;
    }

    /** Carries out an action. */
    public AuditEntry run(Actor actor, ActionName name, FormFields fields) {
        ActionResult result;
        try {
            result = result(name, fields);
        } catch (RuntimeException e) {
            audit.write(actor, name, target(fields), ActionResult.failed("it failed unexpectedly"));
            throw e;
        }
        return audit.write(actor, name, target(fields), result);
    }

    /** Returns the latest actions, the newest first. */
    public List<AuditEntry> latest() {
        return audit.latest();
    }

    private static String target(FormFields fields) {
        String target = List.of(Parameter.values()).stream()
                .filter(parameter -> !fields.get(parameter).isEmpty())
                .map(parameter -> parameter.key() + "=" + fields.get(parameter))
                .collect(Collectors.joining(" "));
        return target.length() <= MAX_TARGET_CHARACTERS ? target : target.substring(0, MAX_TARGET_CHARACTERS) + "…";
    }

    private ActionResult result(ActionName name, FormFields fields) {
        for (Parameter parameter : name.required()) {
            if (fields.get(parameter).isEmpty()) {
                return ActionResult.failed(name.key() + " needs " + parameter.key());
            }
        }
        if (name.required().contains(Parameter.APP)) {
            App app = app(fields.get(Parameter.APP));
            return app == null
                    ? ActionResult.failed("there is no app " + fields.get(Parameter.APP))
                    : ofApp(name, app, fields);
        }
        return switch (name) {
            case END -> end(fields.get(Parameter.SESSION));
            case END_USER -> endUser(fields.get(Parameter.USER));
            case RELOAD -> operations.reload();
            case LOG_LEVEL -> setLogLevel(fields.get(Parameter.LEVEL).toUpperCase(Locale.ROOT));
            default -> throw new IllegalStateException(name + " has no app");
        };
    }

    /** Finds an app by its path; a slash at the end does not matter. */
    private App app(String path) {
        String wanted = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return operations.apps().stream()
                .filter(app -> app.name().equals(wanted))
                .findFirst()
                .orElse(null);
    }

    private ActionResult ofApp(ActionName name, App app, FormFields fields) {
        return switch (name) {
            case STOP -> stop(app, fields);
            case RESUME ->
                app.stop().end()
                        ? ActionResult.done(app.name() + " lets visitors in again")
                        : ActionResult.failed(app.name() + " is not stopped");
            case RESTART -> restart(app, fields.get(Parameter.REPLICA));
            default -> ofReplica(name, app, fields.get(Parameter.REPLICA));
        };
    }

    private ActionResult stop(App app, FormFields fields) {
        String message = fields.get(Parameter.MESSAGE);
        if (message.length() > MAX_MESSAGE_CHARACTERS) {
            return ActionResult.failed("the message has more than " + MAX_MESSAGE_CHARACTERS + " characters");
        }
        boolean keeps = fields.get(Parameter.KEEP).equals("yes");
        app.stop().begin(new StopNotice(message, keeps));
        if (!keeps) {
            operations.closeSessions(app);
        }
        return ActionResult.done(
                app.name() + " is stopped; its open sessions " + (keeps ? "stay" : "are being closed"));
    }

    private static ActionResult restart(App app, String replica) {
        if (app.managed() == null) {
            return ActionResult.failed("the gateway does not run the processes of " + app.name());
        }
        List<Integer> numbers = IntStream.range(0, app.replicas().size())
                .filter(i -> replica.isEmpty() || isNamed(app.replicas().get(i), replica))
                .boxed()
                .toList();
        if (numbers.isEmpty()) {
            return noReplica(app, replica);
        }
        String what = replica.isEmpty() ? "the processes of " + app.name() : replica + " of " + app.name();
        return app.managed().restart(numbers)
                ? ActionResult.done("restarting " + what)
                : ActionResult.failed(app.name() + " does not run, or is being started or stopped");
    }

    private static boolean isNamed(Replica replica, String name) {
        return replica.name().equals(name) || replica.address().toString().equals(name);
    }

    private static ActionResult noReplica(App app, String replica) {
        String known = app.replicas().stream().map(Replica::name).collect(Collectors.joining(", "));
        return ActionResult.failed("there is no replica " + replica + " of " + app.name() + "; it has " + known);
    }

    private ActionResult ofReplica(ActionName name, App app, String wanted) {
        Replica replica = app.replicas().stream()
                .filter(candidate -> isNamed(candidate, wanted))
                .findFirst()
                .orElse(null);
        if (replica == null) {
            return noReplica(app, wanted);
        }
        String which = replica.name() + " of " + app.name();
        boolean changed =
                switch (name) {
                    case DRAIN -> operations.drain(replica);
                    case MAINT -> operations.maintain(replica);
                    default -> isOutOfService(replica);
                };
        if (name == ActionName.READY) {
            replica.drainState().cancelDrain();
        }
        String state =
                name == ActionName.DRAIN ? "draining" : name == ActionName.MAINT ? "in maintenance" : "in service";
        return changed
                ? ActionResult.done(which + " is " + state + ", with "
                        + count(replica.load().sessions(), "session"))
                : ActionResult.failed(which + " is " + state + " already");
    }

    private static boolean isOutOfService(Replica replica) {
        return replica.drainState().isDraining();
    }

    private ActionResult end(String id) {
        SessionObserver session = sessionById.apply(id);
        if (session == null) {
            return ActionResult.failed("there is no open session " + id);
        }
        operations.end(session);
        return ActionResult.done("session " + id + " of " + session.app() + " is ended");
    }

    private ActionResult endUser(String user) {
        List<SessionObserver> sessions = operations.traffic().sessions().stream()
                .filter(session -> user.equals(session.request().user()))
                .toList();
        sessions.forEach(operations::end);
        int subscriptions = operations.endSubscriptions(user);
        return sessions.isEmpty() && subscriptions == 0
                ? ActionResult.failed("user " + user + " has no open session and no subscription")
                : ActionResult.done(count(sessions.size(), "session") + " and " + count(subscriptions, "subscription")
                        + " of " + user + " are ended");
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private ActionResult setLogLevel(String level) {
        return LEVELS.contains(level)
                ? operations.setLogLevel(level)
                : ActionResult.failed("the level is none of ERROR, WARN, INFO, DEBUG, TRACE");
    }
}
