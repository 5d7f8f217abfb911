package org.streamlitgateway.status;

import java.util.Locale;
import org.streamlitgateway.observe.SessionObserver;

/**
 * Which sessions to list.
 *
 * @param app path of the app, or empty for all
 * @param user part of the user's name, or empty for all
 */
public record SessionFilter(String app, String user) {
    /** Lets all sessions pass. */
    public static final SessionFilter ALL = new SessionFilter("", "");

    boolean isActive() {
        return !app.isEmpty() || !user.isEmpty();
    }

    boolean matches(SessionObserver session) {
        if (!app.isEmpty() && !app.equals(session.app())) {
            return false;
        }
        String name = session.request().user();
        return user.isEmpty() || name != null && name.toLowerCase(Locale.ROOT).contains(user.toLowerCase(Locale.ROOT));
    }
}
