package org.streamlitgateway.upstream;

/** Whether a replica serves visitors. */
public enum ReplicaState {
    /** It has neither answered nor refused anything yet. */
    UNKNOWN,
    UP,
    DOWN,
    /** It keeps its sessions, but gets no new visitors. */
    DRAINING,
    /** An operator has taken it out of service: no sessions, no visitors, no health checks. */
    MAINTENANCE
}
