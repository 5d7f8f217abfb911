package org.streamlitgateway.status.action;

import java.util.List;
import org.streamlitgateway.observe.SessionObserver;
import org.streamlitgateway.observe.Traffic;
import org.streamlitgateway.routing.App;
import org.streamlitgateway.upstream.Replica;

/** What actions can change in a gateway. Thread-safe. */
public interface Operations {
    /** Returns the apps in the order of the configuration. */
    List<App> apps();

    Traffic traffic();

    /** Begins a drain, or makes a drain of maintenance. Returns false if the replica is draining already. */
    boolean drain(Replica replica);

    /** Takes a replica out of service. Returns false if it is already. */
    boolean maintain(Replica replica);

    /** Ends a session for good: its browser cannot resume it. */
    void end(SessionObserver session);

    /** Closes the sessions of a stopped app, one after another; they can be resumed once the app is. */
    void closeSessions(App app);

    /** Ends all channel subscriptions of a user; returns how many. */
    int endSubscriptions(String user);

    /** Reads the configuration again. */
    ActionResult reload();

    /** Sets the level of the log: ERROR, WARN, INFO, DEBUG or TRACE. */
    ActionResult setLogLevel(String level);
}
