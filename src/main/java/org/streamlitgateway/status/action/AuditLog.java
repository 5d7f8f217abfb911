package org.streamlitgateway.status.action;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamlitgateway.outcome.Printable;

/** Writes one log line for each action, and keeps the latest ones for the status page. Thread-safe. */
final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger("streamlit-gateway.audit");
    private static final int KEPT = 10;

    private final Deque<AuditEntry> latest = new ArrayDeque<>();
    private long count;

    AuditEntry write(Actor actor, ActionName action, String target, ActionResult result) {
        AuditEntry entry;
        synchronized (this) {
            entry = new AuditEntry(++count, Instant.now(), actor, action, target, result);
            latest.addFirst(entry);
            if (latest.size() > KEPT) {
                latest.removeLast();
            }
        }
        LOG.info(
                "{} from {}: {}{}: {}: {}",
                new Printable(actor.name()),
                new Printable(actor.from()),
                action.key(),
                new Printable(target.isEmpty() ? "" : " " + target),
                result.done() ? "done" : "not done",
                new Printable(result.text()));
        return entry;
    }

    /** Returns the latest entries, the newest first. */
    synchronized List<AuditEntry> latest() {
        return List.copyOf(latest);
    }
}
